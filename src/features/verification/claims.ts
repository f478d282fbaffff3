import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { NOBODY, type Scope, visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { readCode } from './code.ts';
import { verificationCompleted, verificationRefused } from './events.ts';
import { MOST_CODES } from './policy.ts';
import { DOORSTEP } from './scope.ts';
import { codeDigestOf } from './service.ts';
import type { VerificationStore } from './store.ts';
import type { Verification, Wait } from './verification.ts';

/**
 * What a waiting browser may ask. One that waits for nothing is answered by the same statements, and
 * never gets anywhere.
 */
export interface Claims {
  /** Whether the address is proven by now, wherever that was done. */
  isProven(wait: Wait): Promise<boolean>;
  /** Tries a typed code. Counted before it is compared: of any number at once, five are looked at for one mail. */
  tryCode(wait: Wait, typed: string, origin: Origin): Promise<boolean>;
  /** Mails another link and code, unless there is nothing to prove or the address has had its share (R10.5). */
  again(wait: Wait, origin: Origin): Promise<void>;
}

export interface ClaimsDeps {
  readonly units: Units;
  readonly store: Pick<VerificationStore, 'countCode' | 'spend'>;
  readonly users: Pick<UserStore, 'find' | 'verify'>;
  readonly verification: Pick<Verification, 'issue'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly digest: Digest;
}

export function createClaims(deps: ClaimsDeps): Claims {
  const { units, store, users, verification, audit, clock, digest } = deps;

  return {
    async isProven(wait) {
      const user = await units.once(scopeOf(wait), (unit) => find(unit, wait));
      return user?.emailVerifiedAt !== undefined;
    },

    tryCode: (wait, typed, origin) =>
      units.run(scopeOf(wait), async (unit) => {
        const fault = await settle(unit, wait, readCode(typed));
        const { claimant, clientId } = wait;
        const event =
          claimant && fault === undefined
            ? verificationCompleted(claimant, 'code', {
                origin,
                ...(clientId !== undefined && { clientId }),
              })
            : verificationRefused(whoseOf(wait), fault ?? 'no-claim', { by: 'code', origin });
        await audit.record(unit, event);
        return fault === undefined;
      }),

    again: (wait, origin) =>
      units.run(scopeOf(wait), async (unit) => {
        const user = await find(unit, wait);
        const { clientId } = wait;
        const circumstances = { origin, ...(clientId !== undefined && { clientId }) };
        if (user && !user.emailVerifiedAt) {
          await verification.issue(unit, user, circumstances);
          return;
        }
        const reason = user ? 'done' : 'no-claim';
        const event = verificationRefused(whoseOf(wait), reason, { by: 'resend', origin });
        await audit.record(unit, event);
      }),
  };

  /** The account that is waited for, while the address is still the one to be proven. */
  async function find(unit: Unit, { claimant }: Wait): Promise<User | undefined> {
    const user = await users.find(unit, claimant?.id ?? NOBODY.userId);
    return user?.email === claimant?.email && user?.status === 'active' ? user : undefined;
  }

  async function settle(unit: Unit, { claimant }: Wait, code: string): Promise<Fault | undefined> {
    const id = claimant?.id ?? NOBODY.userId;
    const at = clock.now();
    const issued = await store.countCode(unit, id, { most: MOST_CODES, at });
    const codeDigest = codeDigestOf(digest, id, code);
    if (!claimant) return 'no-claim';
    if (!issued) return 'code-dead';
    if (issued.codeDigest !== codeDigest) return 'wrong-code';
    const isSpent = await store.spend(unit, issued.tokenDigest, at);
    const isProven = isSpent && (await users.verify(unit, id, issued.email, at));
    return isProven ? undefined : 'superseded';
  }
}

/** `code-dead`: spent, expired, or tried too often. */
type Fault = 'no-claim' | 'code-dead' | 'wrong-code' | 'superseded';

function scopeOf(wait: Wait): Scope {
  const tenantId = wait.claimant?.tenantId ?? wait.tenantId;
  return tenantId ? visitorOf(tenantId) : DOORSTEP;
}

function whoseOf({ claimant, tenantId }: Wait) {
  return claimant ?? { ...(tenantId && { tenantId }) };
}
