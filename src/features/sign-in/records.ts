import type { Audit } from '#src/features/audit/index.ts';
import type { Lockout, PasswordDoor, Subject } from '#src/features/lockout/index.ts';
import type { Passwords } from '#src/features/passwords/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { Verification } from '#src/features/verification/index.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { ownerOf, visitorOf } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { DOORSTEP } from './accounts.ts';
import { signInChallenged, signInRefused, signInSucceeded } from './events.ts';
import type { Step } from './steps.ts';
import type { Account, Finding } from './verdict.ts';
import type { Attempt, Visit } from './visit.ts';

export interface RecordsDeps {
  readonly units: Units;
  readonly audit: Pick<Audit, 'record'>;
  readonly digest: Digest;
  readonly passwords: Pick<Passwords, 'rehash' | 'renew'>;
  readonly lockout: Pick<Lockout, 'right' | 'wrong' | 'rememberDevice'>;
  readonly verification: Pick<Verification, 'issue'>;
}

type Tried = Awaited<ReturnType<PasswordDoor['try']>>;

interface RefusedAttempt {
  readonly subject: Subject;
  readonly tried: Tried;
  readonly account: Account | undefined;
  readonly finding: Finding;
}

interface AcceptedAttempt {
  readonly tried: Tried;
  readonly account: Account;
  readonly due: readonly Step[];
}

export type Records = ReturnType<typeof createRecords>;

/** What a sign-in leaves behind, each in one unit with its entry. */
export function createRecords(deps: RecordsDeps) {
  const { units, audit, lockout } = deps;

  /** The sign-in is over, and this browser known from now on. */
  async function finish(unit: Unit, visit: Visit, user: User): Promise<void> {
    await lockout.rememberDevice(unit, user, visit.device);
    await audit.record(unit, signInSucceeded(user, circumstances(visit)));
  }

  return {
    async refused(attempt: Attempt, { subject, tried, account, finding }: RefusedAttempt) {
      const typed = normaliseEmail(attempt.email) ?? attempt.email;
      const addressDigest = deps.digest.of('sign-in-address', typed);
      const event = signInRefused(account ?? { addressDigest }, finding, circumstances(attempt));
      const scope = event.tenantId ? visitorOf(event.tenantId) : DOORSTEP;
      const isHolder = finding === 'other-tenant' || finding === 'tenant-suspended';
      if (!isHolder && !tried.attempt.isLast)
        return units.once(scope, (unit) => audit.record(unit, event));
      return units.run(scope, async (unit) => {
        await audit.record(unit, event);
        await (isHolder
          ? lockout.right(unit, tried.attempt)
          : lockout.wrong(unit, subject, tried.attempt));
      });
    },

    async accepted(attempt: Attempt, { tried, account, due }: AcceptedAttempt): Promise<void> {
      const { user, password } = account;
      const isOutdated = tried.check === 'right-outdated' && password !== undefined;
      const to = isOutdated ? await rehash(deps.passwords, attempt.password) : undefined;
      const scope = ownerOf({ userId: user.id, tenantId: user.tenantId });
      await units.run(scope, async (unit) => {
        if (to !== undefined && password)
          await deps.passwords.renew(unit, user.id, { from: password.hash, to });
        await lockout.right(unit, tried.attempt);
        if (due.length === 0) return finish(unit, attempt, user);
        await audit.record(unit, signInChallenged(user, due, circumstances(attempt)));
        if (due.includes('verify-email')) await deps.verification.issue(unit, user, from(attempt));
      });
    },

    async completed(visit: Visit, user: User): Promise<void> {
      const scope = ownerOf({ userId: user.id, tenantId: user.tenantId });
      await units.run(scope, (unit) => finish(unit, visit, user));
    },
  };
}

function circumstances({ interaction, origin }: Visit) {
  return { client: interaction.client, origin };
}

function from({ interaction, origin }: Visit) {
  return { clientId: interaction.client.id, origin };
}

async function rehash(
  passwords: Pick<Passwords, 'rehash'>,
  password: string,
): Promise<string | undefined> {
  try {
    return await passwords.rehash(password);
  } catch (fault) {
    // The old hash still verifies: where hashing is busy, the next sign-in renews it.
    if (fault instanceof Unavailable) return undefined;
    throw fault;
  }
}
