import { and, eq, gt, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { verifications } from '#src/infra/postgres/schema/verification.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Issued } from './policy.ts';
import type { VerificationStore } from './store.ts';

export function createVerificationStore(): VerificationStore {
  return {
    async put(unit, { userId, tenantId, ...issued }) {
      const row = { ...issued, clientId: issued.clientId ?? null, codeAttempts: 0, spentAt: null };
      await rows(unit)
        .insert(verifications)
        .values({ ...row, userId, tenantId })
        .onConflictDoUpdate({ target: verifications.userId, set: row });
    },

    async peek(unit, tokenDigest) {
      const [row] = await rows(unit)
        .select()
        .from(verifications)
        .where(eq(verifications.tokenDigest, tokenDigest));
      return row && issuedOf(row);
    },

    async countCode(unit, id, { most, at }) {
      const [row] = await rows(unit)
        .update(verifications)
        .set({ codeAttempts: sql`${verifications.codeAttempts} + 1` })
        .where(and(eq(verifications.userId, id), lt(verifications.codeAttempts, most), isFresh(at)))
        .returning();
      return row && issuedOf(row);
    },

    async spend(unit, tokenDigest, at) {
      const spent = await rows(unit)
        .update(verifications)
        .set({ spentAt: at })
        .where(and(eq(verifications.tokenDigest, tokenDigest), isFresh(at)))
        .returning({ userId: verifications.userId });
      return spent.length === 1;
    },
  };
}

function isFresh(at: Date): SQL | undefined {
  return and(isNull(verifications.spentAt), gt(verifications.expiresAt, at));
}

function issuedOf(row: typeof verifications.$inferSelect): Issued {
  const { clientId, spentAt, codeAttempts: _, ...rest } = row;
  return {
    ...rest,
    userId: userId(row.userId),
    tenantId: tenantId(row.tenantId),
    ...(clientId !== null && { clientId }),
    ...(spentAt && { spentAt }),
  };
}
