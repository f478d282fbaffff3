import type { TenantStatus } from '#src/features/tenancy/index.ts';
import { sessionRevocations } from '#src/infra/postgres/schema/sessions.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { tenantId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import type { SessionStore } from './store.ts';
import type { Signal } from './suspicion.ts';

/** A row of `judge_session`. */
interface Judged extends Record<string, unknown> {
  readonly revoked: boolean;
  readonly tenant_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'disabled';
  readonly email_verified_at: Date | null;
  readonly sessions_valid_from: Date;
  readonly updated_at: Date;
  readonly tenant_status: TenantStatus;
  readonly session_watch: readonly Signal[];
}

const SWEEP = `
  delete from session_revocations where uid_digest in (
    select uid_digest from session_revocations where expires_at <= $1 limit $2)`;

export function createSessionStore(): SessionStore {
  return {
    async revoke(unit, revocation) {
      const written = await rows(unit)
        .insert(sessionRevocations)
        .values(revocation)
        .onConflictDoNothing({ target: sessionRevocations.uidDigest })
        .returning({ uidDigest: sessionRevocations.uidDigest });
      return written.length === 1;
    },

    async sweep(unit, now, limit) {
      await client(unit).query(SWEEP, [now, limit]);
    },

    async look(unit, uidDigest, userId) {
      const found = await client(unit).query<Judged>('select * from judge_session($1, $2)', [
        uidDigest,
        userId,
      ]);
      const row = found.rows[0];
      if (!row) return undefined;
      const { email, name, role, email_verified_at: verified } = row;
      return {
        revoked: row.revoked,
        user: {
          id: userId,
          tenantId: tenantId(row.tenant_id),
          email,
          name,
          role,
          ...(verified && { emailVerifiedAt: verified }),
          updatedAt: row.updated_at,
        },
        userStatus: row.status,
        tenantStatus: row.tenant_status,
        sessionsValidFrom: row.sessions_valid_from,
        watched: row.session_watch,
      };
    },
  };
}
