import type { Audit, Origin } from '#src/features/audit/index.ts';
import { createManage, type ManagedRefusal, type UserStore } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { AdminScope, Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { unlockRefused } from './events.ts';
import { createKeys } from './keys.ts';
import type { Lockout, Owner } from './lockout.ts';
import type { LockoutStore, Unlock } from './store.ts';

export type UnlockRefusal = 'link-unknown' | 'link-expired' | 'link-spent';

export interface Unlocking {
  /** Whose account a mailed link would open; spends nothing. */
  peek(token: string): Promise<Owner | undefined>;
  /** Opens the account of a mailed link, once; each try leaves one entry. */
  openByLink(token: string, origin: Origin): Promise<Outcome<Owner, UnlockRefusal>>;
  /** Opens an account in the server's own name, for the command line. */
  openByAdministrator(
    who: { readonly email: string } | { readonly userId: UserId },
  ): Promise<Outcome<Owner, 'unknown'>>;
  /** Opens the account of somebody of the scope's tenant, for an administrator. */
  openFor(scope: AdminScope, userId: UserId): Promise<Outcome<undefined, ManagedRefusal>>;
}

export interface UnlockingDeps {
  readonly units: Units;
  readonly store: Pick<LockoutStore, 'peekUnlock' | 'spendUnlock'>;
  readonly lockout: Pick<Lockout, 'open'>;
  readonly users: Pick<UserStore, 'locate' | 'find'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** A link, before its tenant is known; and whoever the command line names. */
const SCOPE: Scope = { kind: 'system', job: 'lockout' };

export function createUnlocking(deps: UnlockingDeps): Unlocking {
  const { units, store, lockout, users, audit, clock, digest } = deps;
  const { digestOfToken } = createKeys(digest);
  const manage = createManage({ units, audit, find: users.find });

  async function find(token: string): Promise<{ unlock: Unlock; owner: Owner } | undefined> {
    return units.run(SCOPE, async (unit) => {
      const unlock = await store.peekUnlock(unit, digestOfToken(token));
      const owner = unlock && (await users.find(unit, unlock.userId));
      return owner && { unlock, owner };
    });
  }

  async function spend(unit: Unit, unlock: Unlock): Promise<UnlockRefusal | undefined> {
    const now = clock.now();
    if (unlock.expiresAt <= now) return 'link-expired';
    return (await store.spendUnlock(unit, unlock.tokenDigest, now)) ? undefined : 'link-spent';
  }

  return {
    async peek(token) {
      const found = await find(token);
      const isGood = found && !found.unlock.spentAt && found.unlock.expiresAt > clock.now();
      return isGood ? found.owner : undefined;
    },

    async openByLink(token, origin) {
      const found = await find(token);
      const scope: Scope = found
        ? { kind: 'tenant', tenantId: found.owner.tenantId, actor: found.owner.id }
        : SCOPE;
      return units.run(scope, async (unit) => {
        const refusal = found ? await spend(unit, found.unlock) : 'link-unknown';
        if (!found || refusal) {
          const reason = refusal ?? 'link-unknown';
          await audit.record(unit, unlockRefused(reason, origin, found?.owner));
          return refused(reason);
        }
        await lockout.open(unit, found.owner, { reason: 'mailed-link', origin });
        return done(found.owner);
      });
    },

    openByAdministrator: (who) =>
      units.run(SCOPE, async (unit) => {
        const id = 'userId' in who ? who.userId : await locate(unit, who.email);
        const owner = id && (await users.find(unit, id));
        if (!owner) return refused('unknown');
        await lockout.open(unit, owner, { reason: 'administrator' });
        return done(owner);
      }),

    openFor: (scope, userId) =>
      manage(scope, { action: 'lockout.opened', userId }, async (unit, owner) => {
        await lockout.open(unit, owner, { reason: 'administrator' });
        return done(undefined);
      }),
  };

  async function locate(unit: Unit, email: string): Promise<UserId | undefined> {
    const address = normaliseEmail(email);
    return address === undefined ? undefined : (await users.locate(unit, address))?.id;
  }
}
