import type { ClaimedKey, IdempotencyStore, KeyHolder } from './idempotency.ts';

/** The store in memory, held to the same contract. */
export function createIdempotencyMemory(): IdempotencyStore {
  const held = new Map<string, KeyHolder & { readonly expiresAt: Date }>();
  const nameOf = ({ tenantId, callerDigest, keyDigest }: ClaimedKey) =>
    JSON.stringify([tenantId, callerDigest, keyDigest]);
  const open = (key: ClaimedKey) => {
    const there = held.get(nameOf(key));
    const isThis = there?.createdAt.getTime() === key.createdAt.getTime();
    return isThis && there.answerSealed === undefined ? there : undefined;
  };

  return {
    async claim(_, key) {
      const there = held.get(nameOf(key));
      if (there && there.expiresAt > key.createdAt) return there;
      const { requestDigest, createdAt, expiresAt } = key;
      held.set(nameOf(key), { requestDigest, createdAt, expiresAt });
      return undefined;
    },
    async keep(_, key, answerSealed) {
      const there = open(key);
      if (there) held.set(nameOf(key), { ...there, answerSealed });
    },
    async free(_, key) {
      if (open(key)) held.delete(nameOf(key));
    },
    async sweep(_, now, limit) {
      const over = [...held].filter(([, { expiresAt }]) => expiresAt <= now);
      for (const [name] of over.slice(0, limit)) held.delete(name);
    },
  };
}
