import type { Outbox } from '#src/features/outbox/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type Clock, DAY, later } from '#src/kernel/clock.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { passwordExpiring } from './mails.ts';
import type { Expiring, PasswordStore } from './store.ts';

export interface WarningDeps {
  readonly units: Units;
  readonly store: Pick<PasswordStore, 'expiring' | 'claimWarning'>;
  readonly users: Pick<UserStore, 'find'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly clock: Clock;
}

const AHEAD = 7 * DAY;
const BATCH = 100;
const SCOPE = { kind: 'system', job: 'passwords' } as const satisfies Scope;

/**
 * Tells those whose password expires soon. The claim and the mail are one unit, so that of two servers on
 * the same timetable one tells, and nobody who was not told counts as told.
 */
export function createWarning(deps: WarningDeps): () => Promise<void> {
  const { units, store, clock } = deps;
  return async () => {
    let found: readonly Expiring[];
    do {
      const from = clock.now();
      const within = { from, until: later(from, AHEAD), limit: BATCH };
      found = await units.once(SCOPE, (unit) => store.expiring(unit, within));
      for (const expiring of found) await tell(deps, expiring);
    } while (found.length === BATCH);
  };
}

async function tell(
  { units, store, users, outbox, clock }: WarningDeps,
  expiring: Expiring,
): Promise<void> {
  await units.run(SCOPE, async (unit) => {
    if (!(await store.claimWarning(unit, expiring, clock.now()))) return;
    const user = await users.find(unit, expiring.userId);
    if (user?.status === 'active') {
      await outbox.mail(unit, passwordExpiring(user, expiring.expiresAt));
    }
  });
}
