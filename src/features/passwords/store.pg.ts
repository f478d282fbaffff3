import { and, desc, eq, notInArray } from 'drizzle-orm';
import { passwordHistory, passwords } from '#src/infra/postgres/schema/passwords.ts';
import { rows } from '#src/infra/postgres/units.ts';
import type { UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createExpiryStore } from './expiry.pg.ts';
import type { PasswordStore } from './store.ts';
import { tenantOf } from './tenant-of.ts';

/** With the current one, five. */
const REMEMBERED = 4;

const { hash, imported, changedAt, expiresAt } = passwords;

export function createPasswordStore(): PasswordStore {
  return {
    ...createExpiryStore(),

    async find(unit, userId) {
      const [row] = await rows(unit)
        .select({ hash, imported, changedAt, expiresAt })
        .from(passwords)
        .where(eq(passwords.userId, userId));
      return row;
    },

    async insert(unit, userId, password) {
      const written = await rows(unit)
        .insert(passwords)
        .values({ ...password, userId, tenantId: tenantOf(unit) })
        .onConflictDoNothing({ target: passwords.userId })
        .returning({ userId: passwords.userId });
      return written.length === 1;
    },

    async replace(unit, userId, { from, to, retiredId }) {
      const tenantId = tenantOf(unit);
      // Locked, so that of two changes at once the second finds the first one's hash.
      const [before] = await rows(unit)
        .select({ hash, imported })
        .from(passwords)
        .where(and(eq(passwords.userId, userId), eq(hash, from)))
        .for('update');
      if (!before) return false;
      await rows(unit)
        .update(passwords)
        .set({ ...to, warnedAt: null })
        .where(eq(passwords.userId, userId));
      await rows(unit)
        .insert(passwordHistory)
        .values({ ...before, id: retiredId, tenantId, userId, retiredAt: to.changedAt });
      await prune(unit, userId);
      return true;
    },

    async renew(unit, userId, { from, to }) {
      const renewed = await rows(unit)
        .update(passwords)
        .set({ hash: to, imported: false })
        .where(and(eq(passwords.userId, userId), eq(hash, from)))
        .returning({ userId: passwords.userId });
      return renewed.length === 1;
    },

    async past(unit, userId) {
      const current = rows(unit)
        .select({ hash, imported })
        .from(passwords)
        .where(eq(passwords.userId, userId));
      const { hash: old, imported: wasImported } = passwordHistory;
      const retired = rows(unit)
        .select({ hash: old, imported: wasImported })
        .from(passwordHistory)
        .where(eq(passwordHistory.userId, userId))
        .orderBy(...NEWEST)
        .limit(REMEMBERED);
      return [...(await current), ...(await retired)];
    },
  };
}

/** Of two retired at the same instant, the one that was retired last has the greater id. */
const NEWEST = [desc(passwordHistory.retiredAt), desc(passwordHistory.id)] as const;

async function prune(unit: Unit, userId: UserId): Promise<void> {
  const newest = rows(unit)
    .select({ id: passwordHistory.id })
    .from(passwordHistory)
    .where(eq(passwordHistory.userId, userId))
    .orderBy(...NEWEST)
    .limit(REMEMBERED);
  await rows(unit)
    .delete(passwordHistory)
    .where(and(eq(passwordHistory.userId, userId), notInArray(passwordHistory.id, newest)));
}
