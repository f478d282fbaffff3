import { asc, inArray, sql } from 'drizzle-orm';
import { signingKeys } from '#src/infra/postgres/schema/oidc.ts';
import { rows } from '#src/infra/postgres/units.ts';
import type { Unit } from '#src/kernel/unit.ts';

export type StoredKey = typeof signingKeys.$inferSelect;

/** What storage owes the signing keys. */
export interface KeyStore {
  all(unit: Unit): Promise<readonly StoredKey[]>;
  /** Waits until no other node is making or rotating keys; until the unit ends. */
  lock(unit: Unit): Promise<void>;
  insert(unit: Unit, key: StoredKey): Promise<void>;
  move(unit: Unit, kids: readonly string[], state: StoredKey['state'], at: Date): Promise<void>;
  /** Names the present set of keys and states. */
  version(unit: Unit): Promise<string>;
}

export function createKeyStore(): KeyStore {
  return {
    all: (unit) =>
      rows(unit)
        .select()
        .from(signingKeys)
        .orderBy(asc(signingKeys.createdAt), asc(signingKeys.kid)),

    async lock(unit) {
      await rows(unit).execute(sql`select pg_advisory_xact_lock(hashtext('avian:signing-keys'))`);
    },

    async insert(unit, key) {
      await rows(unit).insert(signingKeys).values(key);
    },

    async move(unit, kids, state, at) {
      if (kids.length === 0) return;
      await rows(unit)
        .update(signingKeys)
        .set({ state, changedAt: at })
        .where(inArray(signingKeys.kid, [...kids]));
    },

    async version(unit) {
      const digest = sql<string>`coalesce(md5(string_agg(${signingKeys.kid} || ${signingKeys.state}, ',' order by ${signingKeys.kid})), '')`;
      const [row] = await rows(unit).select({ version: digest }).from(signingKeys);
      return row?.version ?? '';
    },
  };
}
