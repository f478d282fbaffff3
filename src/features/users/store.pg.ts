import { eq, sql } from 'drizzle-orm';
import { users } from '#src/infra/postgres/schema/users.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { UserStore } from './store.ts';

export function createUserStore(): UserStore {
  return {
    async locate(unit, email) {
      const found = await client(unit).query<{ id: string; tenant_id: string }>(
        'select id, tenant_id from locate_user($1)',
        [email],
      );
      const row = found.rows[0];
      return row && { id: userId(row.id), tenantId: tenantId(row.tenant_id) };
    },

    async find(unit, id) {
      const [row] = await rows(unit).select().from(users).where(eq(users.id, id));
      if (!row) return undefined;
      const { emailVerifiedAt, ...rest } = row;
      return {
        ...rest,
        id,
        tenantId: tenantId(row.tenantId),
        ...(emailVerifiedAt && { emailVerifiedAt }),
      };
    },

    async insert(unit, user) {
      const written = await rows(unit)
        .insert(users)
        .values(user)
        .onConflictDoNothing({ target: users.email })
        .returning({ id: users.id });
      return written.length === 1;
    },

    async moveEpoch(unit, id, at) {
      const [moved] = await rows(unit)
        .update(users)
        .set({ sessionsValidFrom: sql`greatest(${users.sessionsValidFrom}, ${at.toISOString()})` })
        .where(eq(users.id, id))
        .returning({ tenantId: users.tenantId });
      return moved && tenantId(moved.tenantId);
    },
  };
}
