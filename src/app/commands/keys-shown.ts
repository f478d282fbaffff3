import type { KeyFacts } from '#src/oidc/keys.ts';

/** What is told of the signing keys, to programs. */
export function shown(keys: readonly KeyFacts[]) {
  return {
    keys: keys.map(({ kid, alg, state, createdAt, changedAt }) => ({
      kid,
      alg,
      state,
      created_at: createdAt.toISOString(),
      changed_at: changedAt.toISOString(),
    })),
  };
}

/** The same, to people. */
export function say({ keys }: ReturnType<typeof shown>): string {
  return keys
    .map((key) => `${key.kid}  ${key.alg}  ${key.state.padEnd(8)}  since ${key.changed_at}`)
    .join('\n');
}
