import { and, eq, gt, gte, isNotNull, isNull, or } from 'drizzle-orm';
import { emailChanges } from '#src/infra/postgres/schema/email-change.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Change, EmailChangeStore, Link } from './store.ts';

export function createEmailChangeStore(): EmailChangeStore {
  return {
    async insert(unit, change) {
      await rows(unit).insert(emailChanges).values(change);
    },

    async peek(unit, link) {
      const [row] = await rows(unit).select().from(emailChanges).where(isOf(link));
      return row && changeOf(row);
    },

    async take(unit, { id, userId }) {
      const held = await rows(unit)
        .select()
        .from(emailChanges)
        .where(eq(emailChanges.userId, userId))
        .orderBy(emailChanges.id)
        .for('update');
      const row = held.find((one) => one.id === id);
      return row && changeOf(row);
    },

    async withdraw(unit, userId, at) {
      await rows(unit)
        .update(emailChanges)
        .set({ undoneAt: at })
        .where(and(eq(emailChanges.userId, userId), isNull(emailChanges.confirmedAt), STANDS));
    },

    async confirm(unit, id, { at, undoDigest, undoExpiresAt }) {
      const confirmed = await rows(unit)
        .update(emailChanges)
        .set({ confirmedAt: at, undoDigest, undoExpiresAt })
        .where(and(eq(emailChanges.id, id), isNull(emailChanges.confirmedAt), STANDS))
        .returning({ id: emailChanges.id });
      demand(confirmed, id);
    },

    async undo(unit, change, at) {
      const undone = await rows(unit)
        .update(emailChanges)
        .set({ undoneAt: at })
        .where(and(eq(emailChanges.userId, change.userId), isSince(change), STANDS))
        .returning({ id: emailChanges.id });
      demand(undone, change.id);
    },

    async reservedFor(unit, email, now) {
      const [row] = await rows(unit)
        .select({ userId: emailChanges.userId })
        .from(emailChanges)
        .where(
          and(
            eq(emailChanges.oldEmail, email),
            isNotNull(emailChanges.confirmedAt),
            gt(emailChanges.undoExpiresAt, now),
            STANDS,
          ),
        );
      return row && userId(row.userId);
    },
  };
}

/** Neither undone nor withdrawn. */
const STANDS = isNull(emailChanges.undoneAt);

/** That change, and those that were asked for after it; ids are in order within one millisecond too. */
function isSince({ id, createdAt }: Pick<Change, 'id' | 'createdAt'>) {
  return or(
    gt(emailChanges.createdAt, createdAt),
    and(eq(emailChanges.createdAt, createdAt), gte(emailChanges.id, id)),
  );
}

function isOf({ kind, digest }: Link) {
  return eq(kind === 'confirm' ? emailChanges.tokenDigest : emailChanges.undoDigest, digest);
}

function demand(written: readonly { readonly id: string }[], id: string): void {
  if (!written.some((row) => row.id === id)) throw new Conflict('That link was used meanwhile.');
}

function changeOf(row: typeof emailChanges.$inferSelect): Change {
  const { confirmedAt, undoDigest, undoExpiresAt, undoneAt, ...asked } = row;
  return {
    ...asked,
    tenantId: tenantId(row.tenantId),
    userId: userId(row.userId),
    ...(confirmedAt && { confirmedAt }),
    ...(undoDigest !== null && { undoDigest }),
    ...(undoExpiresAt && { undoExpiresAt }),
    ...(undoneAt && { undoneAt }),
  };
}
