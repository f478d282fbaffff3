import type { Audit } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import { type Judgement, type Passwords, passwordChanged } from '#src/features/passwords/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import type { User } from '#src/features/users/index.ts';
import { type Clock, epochSeconds, fromEpochSeconds } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { ownerOf } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { passwordChangedAt } from './events.ts';
import type { Visit } from './visit.ts';

export interface ChangeDeps {
  readonly units: Units;
  readonly audit: Pick<Audit, 'record'>;
  readonly passwords: Pick<Passwords, 'prepare' | 'put'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly clock: Clock;
}

type Ending = Outcome<number, 'gone'> | Extract<Judgement, { ok: false }>;

/**
 * Puts a new password in the place of an expired one, ends every session but the one that is about to
 * begin, and tells the owner; answers with the time from which that session counts (R6.6).
 */
export function createChange(deps: ChangeDeps) {
  const { units, audit, passwords, sessions, outbox, clock } = deps;

  return async (user: User, password: string, visit: Visit): Promise<Ending> => {
    const prepared = await passwords.prepare(password, user);
    if (!prepared.ok) return prepared;
    const scope = ownerOf({ userId: user.id, tenantId: user.tenantId }, visit.origin);
    return units.run(scope, async (unit) => {
      const now = clock.now();
      // Sessions count in whole seconds, and the one that begins now must outlive the change.
      const authTime = epochSeconds(now);
      if (!(await passwords.put(unit, user.id, prepared.value))) return refused('gone');
      await sessions.endAll(unit, user.id, 'password-changed', fromEpochSeconds(authTime));
      await outbox.mail(unit, passwordChanged(user, now));
      await audit.record(unit, passwordChangedAt(user, visit));
      return done(authTime);
    });
  };
}
