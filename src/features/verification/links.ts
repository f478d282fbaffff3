import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Lockout, PasswordDoor, Subject } from '#src/features/lockout/index.ts';
import type { Passwords } from '#src/features/passwords/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { verificationCompleted, verificationRefused } from './events.ts';
import { type Issued, type Standing, standingOf } from './policy.ts';
import { DOORSTEP } from './scope.ts';
import { tokenDigestOf } from './service.ts';
import type { VerificationStore } from './store.ts';
import type { Verification } from './verification.ts';

/** A mailed link as its page needs it. `unknown`: made up, or a newer one took its place (R10.6). */
export type Link =
  | { readonly standing: 'unknown' }
  | { readonly standing: Standing; readonly issued: Issued };

export interface LinkAttempt {
  readonly token: string;
  /** Whose password this browser has shown already; of that account, it need not be typed again. */
  readonly waitingFor?: UserId;
  readonly password?: string;
  /** What the browser's device cookie holds. */
  readonly device?: string;
  readonly origin: Origin;
}

export type LinkRefusal = Exclude<Link['standing'], 'fresh'> | 'wrong-password';

export interface Links {
  /** Looks at a link and spends nothing: mail scanners do so, too (R10.3, security case 122). */
  peek(token: string): Promise<Link>;
  /**
   * Proves the address of the link's account and of no other, once (P55): it takes the mailbox and the
   * password, so that whoever only typed the address, or only reads the mail, gets nowhere. A wrong
   * password is counted like any other, and leaves the link usable.
   */
  confirm(attempt: LinkAttempt): Promise<Outcome<Issued, LinkRefusal>>;
  /** Mails a new link in place of an expired one; any other link gets none. */
  renew(token: string, origin: Origin): Promise<void>;
}

export interface LinksDeps {
  readonly units: Units;
  readonly store: Pick<VerificationStore, 'peek' | 'spend'>;
  readonly users: Pick<UserStore, 'find' | 'verify'>;
  readonly passwords: Pick<Passwords, 'read'>;
  readonly door: PasswordDoor;
  readonly lockout: Pick<Lockout, 'wrong' | 'right'>;
  readonly verification: Pick<Verification, 'issue'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly digest: Digest;
}

type Tried = Awaited<ReturnType<PasswordDoor['try']>>;

/** A link together with the account it belongs to. */
type Found =
  | { readonly standing: 'unknown' }
  | { readonly standing: Standing; readonly issued: Issued; readonly user: User | undefined };

export function createLinks(deps: LinksDeps): Links {
  const { units, lockout } = deps;

  return {
    peek: (token) => find(deps, token),

    async confirm(attempt) {
      const found = await find(deps, attempt.token);
      const { origin } = attempt;
      if (found.standing !== 'fresh') {
        await recordRefusal(deps, found, { by: 'link', origin });
        return refused(found.standing);
      }
      const { issued } = found;
      const scope = visitorOf(issued.tenantId);
      if (attempt.waitingFor === issued.userId)
        return units.run(scope, (unit) => settle(deps, unit, issued, origin));

      const subject = subjectOf(issued, attempt);
      // With no unit open: a password takes longer than a connection may be kept.
      const stored = await units.once(scope, (unit) => deps.passwords.read(unit, issued.userId));
      const tried = await deps.door.try(subject, stored, attempt.password ?? '');
      return units.run(scope, async (unit) => {
        if (!isRight(tried)) return refusePassword(deps, unit, { issued, subject, tried });
        await lockout.right(unit, tried.attempt);
        return settle(deps, unit, issued, origin);
      });
    },

    async renew(token, origin) {
      const found = await find(deps, token);
      if (found.standing !== 'expired' || !found.user)
        return recordRefusal(deps, found, { by: 'resend', origin });
      const { issued, user } = found;
      const circumstances = circumstancesOf(issued, origin);
      await units.run(visitorOf(user.tenantId), (unit) =>
        deps.verification.issue(unit, user, circumstances),
      );
    },
  };
}

async function find(
  { units, store, users, clock, digest }: LinksDeps,
  token: string,
): Promise<Found> {
  const tokenDigest = tokenDigestOf(digest, token);
  const issued = await units.once(DOORSTEP, (unit) => store.peek(unit, tokenDigest));
  if (!issued) return { standing: 'unknown' };
  const scope = visitorOf(issued.tenantId);
  const user = await units.once(scope, (unit) => users.find(unit, issued.userId));
  return { standing: standingOf(issued, user, clock.now()), issued, user };
}

/** Spends the link and says that the address is theirs, or says why neither. */
async function settle(
  { store, users, audit, clock }: LinksDeps,
  ...[unit, issued, origin]: [Unit, Issued, Origin]
): Promise<Outcome<Issued, LinkRefusal>> {
  const { userId: id, tenantId, email, tokenDigest } = issued;
  const at = clock.now();
  const isSpent = await store.spend(unit, tokenDigest, at);
  const isProven = isSpent && (await users.verify(unit, id, email, at));
  if (isProven) {
    const circumstances = circumstancesOf(issued, origin);
    await audit.record(unit, verificationCompleted({ id, tenantId }, 'link', circumstances));
    return done(issued);
  }
  const reason = isSpent ? 'superseded' : 'done';
  await audit.record(unit, verificationRefused({ id, tenantId }, reason, { by: 'link', origin }));
  return refused(reason);
}

async function refusePassword(
  { audit, lockout }: LinksDeps,
  unit: Unit,
  { issued, subject, tried }: { issued: Issued; subject: Subject; tried: Tried },
): Promise<Outcome<Issued, LinkRefusal>> {
  const { userId: id, tenantId } = issued;
  const { origin } = subject;
  const reason = tried.attempt.door === 'closed' ? 'locked' : 'wrong-password';
  await audit.record(unit, verificationRefused({ id, tenantId }, reason, { by: 'link', origin }));
  await lockout.wrong(unit, subject, tried.attempt);
  return refused('wrong-password');
}

async function recordRefusal(
  { units, audit }: LinksDeps,
  found: Found,
  how: Parameters<typeof verificationRefused>[2],
): Promise<void> {
  const issued = 'issued' in found ? found.issued : undefined;
  const whose = issued ? { id: issued.userId, tenantId: issued.tenantId } : {};
  const scope = issued ? visitorOf(issued.tenantId) : DOORSTEP;
  const event = verificationRefused(whose, found.standing, how);
  await units.once(scope, (unit) => audit.record(unit, event));
}

function circumstancesOf({ clientId }: Issued, origin: Origin) {
  return { origin, ...(clientId !== undefined && { clientId }) };
}

function isRight({ attempt, check }: Tried): boolean {
  return attempt.door === 'open' && check !== 'wrong';
}

function subjectOf(
  { userId: id, tenantId, email }: Issued,
  { device, origin }: LinkAttempt,
): Subject {
  return {
    email,
    owner: { id, tenantId, email },
    ...(device !== undefined && { device }),
    origin,
  };
}
