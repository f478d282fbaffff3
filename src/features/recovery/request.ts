import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import { Conflict } from '#src/kernel/faults.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { NOBODY, visitorOf } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type AccountsDeps, createFindAccount, DOORSTEP } from './accounts.ts';
import { type Answer, recoveryRequested } from './events.ts';
import { resetMail } from './mail.ts';
import { closure, LINK_LIFETIME } from './policy.ts';
import type { RecoveryStore } from './store.ts';

export interface RequestDeps extends AccountsDeps {
  readonly units: Units;
  readonly store: RecoveryStore;
  readonly users: Pick<UserStore, 'locate' | 'find'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  /** Where links lead, whichever host a request names (D19). */
  readonly issuer: string;
}

export interface Request {
  /** As it was typed. */
  readonly email: string;
  readonly origin: Origin;
}

/** What is found by in the table: the token itself is in the mail only. */
export function tokenDigestOf(digest: Digest, token: string): string {
  return digest.of('recovery', token);
}

/** Mails a link that takes the place of any other; `false`, and the other still good, beyond the owner's share. */
export function createSend(deps: Omit<RequestDeps, 'units' | 'audit' | 'tenants' | 'passwords'>) {
  const { store, users, outbox, clock, ids, digest, issuer } = deps;
  return async (unit: Unit, user: User): Promise<boolean> => {
    const token = ids.secret();
    const createdAt = clock.now();
    const expiresAt = later(createdAt, LINK_LIFETIME);
    const mail = resetMail(user, { href: `${issuer}/recovery/${token}`, expiresAt });
    if (!(await outbox.mail(unit, mail))) return false;
    const tokenDigest = tokenDigestOf(digest, token);
    const { id: userId, tenantId } = user;
    await store.put(unit, { userId, tenantId, tokenDigest, createdAt, expiresAt });
    // A change of the address waits from here on; one that came before must not be overlooked.
    const current = await users.find(unit, userId);
    if (current?.email !== user.email) throw new Conflict('The address has changed meanwhile.');
    return true;
  };
}

export function createRequest(deps: RequestDeps) {
  const { units, users, audit, digest } = deps;
  const accountOf = createFindAccount(deps);
  const send = createSend(deps);

  return async ({ email, origin }: Request): Promise<void> => {
    const address = normaliseEmail(email);
    const located = await units.once(DOORSTEP, (unit) => users.locate(unit, address ?? ''));
    const whose = located && { userId: located.id, tenantId: located.tenantId };
    await units.run(whose ? visitorOf(whose.tenantId) : DOORSTEP, async (unit) => {
      const account = await accountOf(unit, whose ?? NOBODY);
      let outcome: Answer = 'unknown-account';
      if (account) {
        outcome = closure(account) ?? ((await send(unit, account.user)) ? 'success' : 'limited');
      }
      const nobodys = { addressDigest: digest.of('recovery-address', address ?? email) };
      await audit.record(unit, recoveryRequested(whose ?? nobodys, outcome, origin));
    });
  };
}
