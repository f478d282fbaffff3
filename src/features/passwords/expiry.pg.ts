import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import { passwords } from '#src/infra/postgres/schema/passwords.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { userId as userIdOf } from '#src/kernel/ids.ts';
import type { ExpiryStore } from './store.ts';

const { changedAt, expiresAt } = passwords;

/** What the store knows of the dates that passwords expire on. */
export function createExpiryStore(): ExpiryStore {
  return {
    async expire(unit, userId) {
      const expired = await rows(unit)
        .update(passwords)
        .set({ expiresAt: changedAt })
        .where(eq(passwords.userId, userId))
        .returning({ userId: passwords.userId });
      return expired.length === 1;
    },

    async reschedule(unit, tenantId, days) {
      const expiry =
        days === null ? null : sql`${changedAt} + make_interval(hours => 24 * ${days})`;
      await rows(unit)
        .update(passwords)
        .set({ expiresAt: expiry, warnedAt: null })
        .where(
          and(eq(passwords.tenantId, tenantId), sql`${expiresAt} is distinct from ${changedAt}`),
        );
    },

    async expiring(unit, { from, until, limit }) {
      const found = await rows(unit)
        .select({ userId: passwords.userId, expiresAt })
        .from(passwords)
        .where(and(gt(expiresAt, from), lte(expiresAt, until), isNull(passwords.warnedAt)))
        .orderBy(asc(expiresAt))
        .limit(limit);
      return found.flatMap((row) =>
        row.expiresAt ? [{ userId: userIdOf(row.userId), expiresAt: row.expiresAt }] : [],
      );
    },

    async claimWarning(unit, { userId, expiresAt: due }, at) {
      const claimed = await rows(unit)
        .update(passwords)
        .set({ warnedAt: at })
        .where(and(eq(passwords.userId, userId), eq(expiresAt, due), isNull(passwords.warnedAt)))
        .returning({ userId: passwords.userId });
      return claimed.length === 1;
    },
  };
}
