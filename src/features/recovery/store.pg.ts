import { and, eq, isNull } from 'drizzle-orm';
import { recoveries } from '#src/infra/postgres/schema/recovery.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { RecoveryStore, RecoveryToken } from './store.ts';

export function createRecoveryStore(): RecoveryStore {
  return {
    async put(unit, { userId, ...token }) {
      const { tokenDigest, createdAt, expiresAt } = token;
      await rows(unit)
        .insert(recoveries)
        .values({ userId, ...token })
        .onConflictDoUpdate({
          target: recoveries.userId,
          set: { tokenDigest, createdAt, expiresAt, spentAt: null },
        });
    },

    async peek(unit, tokenDigest) {
      const [row] = await rows(unit)
        .select()
        .from(recoveries)
        .where(eq(recoveries.tokenDigest, tokenDigest));
      return row && tokenOf(row);
    },

    async take(unit, tokenDigest) {
      const [row] = await rows(unit)
        .select()
        .from(recoveries)
        .where(eq(recoveries.tokenDigest, tokenDigest))
        .for('update');
      return row && tokenOf(row);
    },

    async spend(unit, tokenDigest, at) {
      const spent = await rows(unit)
        .update(recoveries)
        .set({ spentAt: at })
        .where(and(eq(recoveries.tokenDigest, tokenDigest), isNull(recoveries.spentAt)))
        .returning({ userId: recoveries.userId });
      if (spent.length === 0) throw new Conflict('That link was used meanwhile.');
    },

    async revoke(unit, userId, at) {
      await rows(unit)
        .update(recoveries)
        .set({ spentAt: at })
        .where(and(eq(recoveries.userId, userId), isNull(recoveries.spentAt)));
    },
  };
}

function tokenOf({ spentAt, ...row }: typeof recoveries.$inferSelect): RecoveryToken {
  return {
    ...row,
    userId: userId(row.userId),
    tenantId: tenantId(row.tenantId),
    ...(spentAt && { spentAt }),
  };
}
