import { and, eq, sql } from 'drizzle-orm';
import { faultOf } from '#src/infra/postgres/errors.ts';
import { users } from '#src/infra/postgres/schema/users.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { createDirectoryStore, userOf } from './directory.pg.ts';
import type { UserStore } from './store.ts';

export function createUserStore(): UserStore {
  return {
    ...createDirectoryStore(),

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
      return row && userOf(row);
    },

    async insert(unit, user) {
      const written = await rows(unit)
        .insert(users)
        .values(user)
        .onConflictDoNothing({ target: users.email })
        .returning({ id: users.id });
      return written.length === 1;
    },

    async verify(unit, id, email, at) {
      const said = await rows(unit)
        .update(users)
        .set({
          emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${at.toISOString()})`,
          updatedAt: at,
        })
        .where(and(eq(users.id, id), eq(users.email, email)))
        .returning({ id: users.id });
      return said.length === 1;
    },

    changeEmail,

    async discardUnproven(unit, id) {
      const found = await client(unit).query<{ discarded: boolean }>(
        'select discard_unproven_user($1) as discarded',
        [id],
      );
      return found.rows[0]?.discarded ?? false;
    },

    ...epochs,
  };
}

const epochs: Pick<UserStore, 'moveEpoch' | 'idsOf'> = {
  async moveEpoch(unit, id, at) {
    const [moved] = await rows(unit)
      .update(users)
      .set({ sessionsValidFrom: sql`greatest(${users.sessionsValidFrom}, ${at.toISOString()})` })
      .where(eq(users.id, id))
      .returning({ tenantId: users.tenantId });
    return moved && tenantId(moved.tenantId);
  },

  async idsOf(unit, tenant) {
    const found = await rows(unit)
      .select({ id: users.id })
      .from(users)
      .where(eq(users.tenantId, tenant));
    return found.map(({ id }) => userId(id));
  },
};

const changeEmail: UserStore['changeEmail'] = async (unit, id, { from, to, at }) => {
  try {
    // Within a savepoint: the unit can go on where the address is taken.
    const changed = await rows(unit).transaction((savepoint) =>
      savepoint
        .update(users)
        .set({ email: to, emailVerifiedAt: at, updatedAt: at })
        .where(and(eq(users.id, id), eq(users.email, from)))
        .returning({ id: users.id }),
    );
    return changed.length === 1 ? 'changed' : 'stale';
  } catch (error) {
    if (faultOf(error) instanceof Conflict) return 'taken';
    throw error;
  }
};
