import type { Ids, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { expiryOf } from './expiry.ts';
import { refuseHash } from './imported.ts';
import { isRight, type JudgeDeps, judge, NOBODYS } from './judge.ts';
import type { Passwords, StoredPassword } from './passwords.ts';
import { createPolicies, type PolicyDeps } from './policy.ts';
import { normalisePassword } from './rules.js';
import type { PasswordStore } from './store.ts';
import { tenantOf } from './tenant-of.ts';
import { createWarning, type WarningDeps } from './warning.ts';

export interface PasswordsDeps extends JudgeDeps, PolicyDeps, WarningDeps {
  readonly store: PasswordStore;
  readonly ids: Pick<Ids, 'uuid'>;
}

export function createPasswords(deps: PasswordsDeps): Passwords {
  const { store, hasher, clock, ids } = deps;
  const { policyIn, policyOf, measureFor } = createPolicies(deps);

  async function rehash(password: string): Promise<string> {
    const normal = normalisePassword(password);
    if (normal === undefined) throw new TypeError('What cannot be a password is not hashed.');
    return hasher.hash(normal);
  }

  /** In the place of `from`, or as the first. */
  function set(
    unit: Unit,
    userId: UserId,
    from: string | undefined,
    to: StoredPassword,
  ): Promise<boolean> {
    return from === undefined
      ? store.insert(unit, userId, to)
      : store.replace(unit, userId, { from, to, retiredId: ids.uuid() });
  }

  return {
    async faultsOf(password, owner) {
      const { policy, past } = await measureFor(owner);
      return judge(password, { rules: policy.rules, person: owner, past }, deps);
    },

    async prepare(password, owner) {
      const { policy, past } = await measureFor(owner);
      const faults = await judge(password, { rules: policy.rules, person: owner, past }, deps);
      if (faults.length > 0) return { ok: false, reason: 'unfit', faults };
      const hash = await rehash(password);
      const replaces = past[0]?.hash;
      const expiresAt = expiryOf(clock.now(), policy.days);
      return { ok: true, value: { hash, expiresAt, ...(replaces !== undefined && { replaces }) } };
    },

    put: (unit, userId, { hash, expiresAt, replaces }) =>
      set(unit, userId, replaces, { hash, imported: false, changedAt: clock.now(), expiresAt }),

    read: (unit, userId) => store.find(unit, userId),

    async check(stored, password) {
      if (!stored) {
        await hasher.verifyNothing(normalisePassword(password) ?? NOBODYS);
        return 'wrong';
      }
      if (!(await isRight(stored, password, hasher))) return 'wrong';
      return stored.imported || hasher.isOutdated(stored.hash) ? 'right-outdated' : 'right';
    },

    rehash,

    renew: (unit, userId, change) => store.renew(unit, userId, change),

    async import(unit, userId, hash) {
      refuseHash(hash);
      const before = await store.find(unit, userId);
      const changedAt = clock.now();
      const { days } = await policyIn(unit, tenantOf(unit));
      const expiresAt = expiryOf(changedAt, days);
      return set(unit, userId, before?.hash, { hash, imported: true, changedAt, expiresAt });
    },

    policyOf,

    reschedule: (unit, tenantId, days) => store.reschedule(unit, tenantId, days),

    warn: createWarning(deps),
  };
}
