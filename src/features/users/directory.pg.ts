import { and, asc, desc, eq, ilike, inArray, isNotNull, isNull, like, sql } from 'drizzle-orm';
import { users } from '#src/infra/postgres/schema/users.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { ROLES, reaches } from '#src/kernel/roles.ts';
import type { DirectoryStore, UserFilter, UserPage } from './store.ts';
import type { User } from './user.ts';

/** A row, as the room knows it. */
export function userOf({ emailVerifiedAt, ...row }: typeof users.$inferSelect): User {
  return {
    ...row,
    id: userId(row.id),
    tenantId: tenantId(row.tenantId),
    ...(emailVerifiedAt && { emailVerifiedAt }),
  };
}

const MANAGE = ROLES.filter((role) => reaches(role, 'tenant_admin'));

/** What the store knows of people by more than their id. */
export function createDirectoryStore(): DirectoryStore {
  return {
    async search(unit, filter, page) {
      const found = await rows(unit)
        .select()
        .from(users)
        .where(and(...matching(filter), behind(page)))
        .orderBy(desc(users.createdAt), desc(users.id))
        .limit(page.limit);
      return found.map(userOf);
    },

    async take(unit, id) {
      const [row] = await rows(unit)
        .select()
        .from(users)
        .where(eq(users.id, id))
        .for('no key update');
      return row && userOf(row);
    },

    async takeAdministrators(unit, tenant) {
      const active = and(eq(users.tenantId, tenant), eq(users.status, 'active'));
      const found = await rows(unit)
        .select()
        .from(users)
        .where(and(active, inArray(users.role, MANAGE)))
        // In one order, so that of two who take them one waits for the other.
        .orderBy(asc(users.id))
        .for('no key update');
      return found.map(userOf);
    },

    async update(unit, id, changes, at) {
      await rows(unit)
        .update(users)
        .set({ ...changes, updatedAt: at })
        .where(eq(users.id, id));
    },

    async remove(unit, id) {
      const removed = await client(unit).query<{ removed: boolean }>(
        'select remove_user($1) as removed',
        [id],
      );
      return removed.rows[0]?.removed ?? false;
    },
  };
}

function matching({ email, name, role, status, verified, ...filter }: UserFilter) {
  const at = users.emailVerifiedAt;
  return [
    filter.tenantId && eq(users.tenantId, filter.tenantId),
    email !== undefined && like(users.email, `${literally(email)}%`),
    name !== undefined && ilike(users.name, `%${literally(name)}%`),
    role && eq(users.role, role),
    status && eq(users.status, status),
    verified !== undefined && (verified ? isNotNull(at) : isNull(at)),
  ].flatMap((condition) => condition || []);
}

function behind({ after }: UserPage) {
  if (!after) return undefined;
  const position = sql`(${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`;
  return sql`(${users.createdAt}, ${users.id}) < ${position}`;
}

/** Text in which nothing stands for anything else (LIKE). */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
