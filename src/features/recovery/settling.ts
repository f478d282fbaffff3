import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Lockout } from '#src/features/lockout/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import type { Passwords, PreparedPassword } from '#src/features/passwords/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { type AccountsDeps, createFindAccount } from './accounts.ts';
import { recoveryCompleted, recoveryRefused } from './events.ts';
import { changedMail } from './mail.ts';
import { type DeadLink, next } from './policy.ts';
import type { RecoveryStore } from './store.ts';

export interface SettlingDeps extends AccountsDeps {
  readonly store: Pick<RecoveryStore, 'take' | 'spend'>;
  readonly users: Pick<UserStore, 'find' | 'verify'>;
  readonly passwords: Pick<Passwords, 'put' | 'read'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly lockout: Pick<Lockout, 'open'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly issuer: string;
}

/** A password that may be set, and the digest of the link it was chosen with. */
export interface Settlement {
  readonly tokenDigest: string;
  readonly prepared: PreparedPassword;
  readonly origin: Origin;
}

export type Settled = Outcome<undefined, DeadLink | 'changed-meanwhile'>;

/** Sets the password and spends the link, in the caller's unit: both, with all that follows, or neither. */
export function createSettling(deps: SettlingDeps) {
  const { store, users, passwords, sessions, lockout, outbox, audit, clock, issuer } = deps;
  const accountOf = createFindAccount(deps);

  /** All that a new password means, in the order that every change of one takes its locks in. */
  async function replace(unit: Unit, user: User, prepared: PreparedPassword): Promise<boolean> {
    const at = clock.now();
    if (!(await passwords.put(unit, user.id, prepared))) return false;
    // Whoever opened the mail holds the mailbox.
    if (!(await users.verify(unit, user.id, user.email, at)))
      throw new Conflict('The address has changed meanwhile.');
    await sessions.endAll(unit, user.id, 'password-reset');
    await lockout.open(unit, user, { reason: 'password-reset', forgetDevices: true });
    await outbox.mail(unit, changedMail(user, { href: `${issuer}/recovery`, at }));
    return true;
  }

  return async (unit: Unit, settlement: Settlement): Promise<Settled> => {
    const { tokenDigest, prepared, origin } = settlement;
    const token = await store.take(unit, tokenDigest);
    const account = token && (await accountOf(unit, token));
    const due = next(token, account, clock.now());
    const refuse = async (reason: DeadLink | 'changed-meanwhile') => {
      await audit.record(unit, recoveryRefused(token, { reason }, origin));
      return refused(reason);
    };
    if (due.page !== 'choose-password') return refuse(due.page);
    const { user } = due.account;
    // The link stays good: it is spent with the password that was set, or not at all (P63).
    if (!(await replace(unit, user, prepared))) return refuse('changed-meanwhile');
    await store.spend(unit, tokenDigest, clock.now());
    const whose = { userId: user.id, tenantId: user.tenantId };
    await audit.record(unit, recoveryCompleted(whose, origin));
    return done(undefined);
  };
}
