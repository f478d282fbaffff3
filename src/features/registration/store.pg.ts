import { and, eq, gt, isNull } from 'drizzle-orm';
import { invitations } from '#src/infra/postgres/schema/registration.ts';
import { rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { InvitationStore } from './store.ts';

export function createInvitationStore(): InvitationStore {
  return {
    async put(unit, { id, tenantId, email, ...invitation }) {
      const row = { ...invitation, spentAt: null };
      await rows(unit)
        .insert(invitations)
        .values({ ...row, id, tenantId, email })
        .onConflictDoUpdate({ target: [invitations.tenantId, invitations.email], set: row });
    },

    async peek(unit, tokenDigest) {
      const [row] = await rows(unit)
        .select()
        .from(invitations)
        .where(eq(invitations.tokenDigest, tokenDigest));
      if (!row) return undefined;
      const { spentAt, ...rest } = row;
      return { ...rest, tenantId: tenantId(row.tenantId), ...(spentAt && { spentAt }) };
    },

    async spend(unit, tokenDigest, at) {
      const spent = await rows(unit)
        .update(invitations)
        .set({ spentAt: at })
        .where(
          and(
            eq(invitations.tokenDigest, tokenDigest),
            isNull(invitations.spentAt),
            gt(invitations.expiresAt, at),
          ),
        )
        .returning({ id: invitations.id });
      return spent.length === 1;
    },
  };
}
