import type { AuditClause } from '#src/features/audit/index.ts';
import type { TenantStatus } from '#src/features/tenancy/index.ts';
import { client } from '#src/infra/postgres/units.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import type {
  Consent,
  FoundRefreshToken,
  Standing,
  StoredGrant,
  StoredRefreshToken,
  TokenStore,
} from './store.ts';

/**
 * Grants, refresh tokens and consents in Postgres. Hand-written SQL: each promise of the port is one
 * statement, so that what must happen together cannot come apart.
 */
export function createTokenStore(): TokenStore {
  return {
    ...createGrants(),
    ...createRefreshTokens(),
    ...createConsents(),

    async applicationsOf(unit, userId) {
      const { rows } = await client(unit).query<{ client_id: string }>(
        'select distinct client_id from grants where user_id = $1 order by client_id',
        [userId],
      );
      return rows.map(({ client_id: clientId }) => clientId);
    },

    async sweep(unit, now, limit) {
      for (const table of ['refresh_tokens', 'grants']) {
        await client(unit).query(sweepOf(table), [now, limit]);
      }
    },
  };
}

function createGrants(): Pick<TokenStore, 'findGrant' | 'putGrant' | 'removeGrant'> {
  return {
    async findGrant(unit, idDigest) {
      const { rows } = await client(unit).query<GrantRow>('select * from locate_grant($1)', [
        idDigest,
      ]);
      return rows[0] && grantOf(rows[0]);
    },

    async putGrant(unit, grant, now) {
      await client(unit).query(PUT_GRANT, [...grantValues(grant), now]);
    },

    async removeGrant(unit, idDigest) {
      const { rows } = await client(unit).query<OwnerRow>(REMOVE_GRANT, [idDigest]);
      return rows[0] && ownerOf(rows[0]);
    },
  };
}

function createRefreshTokens(): Pick<
  TokenStore,
  Exclude<keyof TokenStore, `${string}Grant` | `${string}Consent` | 'applicationsOf' | 'sweep'>
> {
  return {
    async findRefreshToken(unit, idDigest) {
      const { rows } = await client(unit).query<{ found: RefreshRow | null }>(
        'select locate_refresh_token($1) as found',
        [idDigest],
      );
      return rows[0]?.found ? foundOf(rows[0].found) : undefined;
    },

    async insertRefreshToken(unit, token, { at, entry }) {
      const values = [...refreshValues(token), at, entry.value];
      const { rows } = await client(unit).query(insertStatement(entry), values);
      return rows.length === 1;
    },

    async rotate(unit, parentDigest, successor, { at, entry }) {
      const values = [...refreshValues(successor), at, entry.value, parentDigest];
      const { rows } = await client(unit).query(rotateStatement(entry), values);
      return rows.length === 1;
    },

    async isHonestRetry(unit, { parentDigest, successorDigest, graceFrom }) {
      const values = [parentDigest, successorDigest, graceFrom];
      const { rows } = await client(unit).query(IS_HONEST_RETRY, values);
      return rows.length === 1;
    },

    async isUnspent(unit, idDigest) {
      const { rows } = await client(unit).query<{ found: RefreshRow | null }>(
        'select locate_refresh_token($1) as found',
        [idDigest],
      );
      const found = rows[0]?.found;
      return found !== null && found !== undefined && found.token.spent_at === null;
    },

    async removeRefreshToken(unit, idDigest) {
      await client(unit).query('delete from refresh_tokens where id_digest = $1', [idDigest]);
    },

    async removeRefreshTokens(unit, grantDigest) {
      await client(unit).query('delete from refresh_tokens where grant_digest = $1', [grantDigest]);
    },
  };
}

function createConsents(): Pick<TokenStore, 'findConsent' | 'addConsent'> {
  return {
    async findConsent(unit, user, clientId) {
      const { rows } = await client(unit).query<Consent>(FIND_CONSENT, [user, clientId]);
      return rows[0];
    },

    async addConsent(unit, owner, { scopes, claims, resources }, now) {
      const { tenantId: tenant, userId: user, clientId } = owner;
      const pairs = Object.entries(resources).flatMap(([resource, names]) =>
        names.map((name) => ({ resource, name })),
      );
      const values = [tenant, user, clientId, scopes, claims, JSON.stringify(pairs), now];
      await client(unit).query(ADD_CONSENT, values);
    },
  };
}

const sweepOf = (table: string) => `
  delete from ${table} where id_digest in (
    select id_digest from ${table} where expires_at <= $1 limit $2)`;

const GRANT_COLUMNS = 'id_digest, tenant_id, user_id, client_id, payload, expires_at';

const PUT_GRANT = `
  insert into grants (${GRANT_COLUMNS}, created_at) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (id_digest) do update set payload = excluded.payload, expires_at = excluded.expires_at`;

const REMOVE_GRANT =
  'delete from grants where id_digest = $1 returning tenant_id, user_id, client_id';

/** The grant is locked while a token is hung on it: whoever removes it meanwhile takes the token along. */
const insertStatement = (entry: AuditClause) => `
  with born as (
    insert into refresh_tokens (${GRANT_COLUMNS}, grant_digest, created_at)
    select $1, $2, $3, $4, $5, $6, g.id_digest, $8
    from grants g where g.id_digest = $7
    for key share of g
    on conflict (id_digest) do nothing
    returning 1
  ) select ${entry.call('$9')} from born`;

/** Spends and succeeds in one statement; of simultaneous callers the first to reach the row wins. */
const rotateStatement = (entry: AuditClause) => `
  select ${entry.call('$9')} where rotate_refresh_token($10, $1, $2, $3, $4, $5, $6, $7, $8)`;

const IS_HONEST_RETRY = `
  select from refresh_tokens parent, refresh_tokens successor
  where parent.id_digest = $1 and parent.spent_at > $3
    and successor.id_digest = $2 and successor.spent_at is null`;

const FIND_CONSENT = `
  select scopes, claims, coalesce(
    (select jsonb_object_agg(resource, names) from (
      select pair->>'resource' as resource, jsonb_agg(pair->>'name') as names
      from jsonb_array_elements(resources) pair group by 1) grouped), '{}') as resources
  from consents where user_id = $1 and client_id = $2`;

const ADD_CONSENT = `
  insert into consents (tenant_id, user_id, client_id, scopes, claims, resources, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6::jsonb, $7, $7)
  on conflict (user_id, client_id, tenant_id) do update set
    scopes = array(select distinct unnest(consents.scopes || excluded.scopes) order by 1),
    claims = array(select distinct unnest(consents.claims || excluded.claims) order by 1),
    resources = (select coalesce(jsonb_agg(distinct pair), '[]') from jsonb_array_elements(consents.resources || excluded.resources) pair),
    updated_at = excluded.updated_at`;

interface OwnerRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly client_id: string;
}

interface GrantRow extends OwnerRow {
  readonly id_digest: string;
  readonly payload: Record<string, unknown>;
  readonly expires_at: Date;
}

/** As the definer function speaks: jsonb, instants in epoch milliseconds. */
interface RefreshRow {
  readonly token: OwnerRow & {
    readonly id_digest: string;
    readonly grant_digest: string;
    readonly payload: Record<string, unknown>;
    readonly expires_at: number;
    readonly spent_at: number | null;
  };
  readonly grant: { readonly payload: Record<string, unknown> };
  readonly user: PersonRow;
}

interface PersonRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'disabled';
  readonly email_verified_at: number | null;
  readonly sessions_valid_from: number;
  readonly updated_at: number;
  readonly tenant_status: TenantStatus;
}

function standingOf(row: PersonRow): Standing {
  const verified = row.email_verified_at;
  return {
    revoked: false,
    user: {
      id: userId(row.id),
      tenantId: tenantId(row.tenant_id),
      email: row.email,
      name: row.name,
      role: row.role,
      ...(verified !== null && { emailVerifiedAt: fromEpochMilliseconds(verified) }),
      updatedAt: fromEpochMilliseconds(row.updated_at),
    },
    userStatus: row.status,
    tenantStatus: row.tenant_status,
    sessionsValidFrom: fromEpochMilliseconds(row.sessions_valid_from),
  };
}

function ownerOf(row: OwnerRow) {
  return {
    tenantId: tenantId(row.tenant_id),
    userId: userId(row.user_id),
    clientId: row.client_id,
  };
}

function grantOf(row: GrantRow): StoredGrant {
  return {
    ...ownerOf(row),
    idDigest: row.id_digest,
    payload: row.payload,
    expiresAt: row.expires_at,
  };
}

function foundOf({ token, grant, user }: RefreshRow): FoundRefreshToken {
  return {
    token: {
      ...ownerOf(token),
      idDigest: token.id_digest,
      grantDigest: token.grant_digest,
      payload: token.payload,
      expiresAt: fromEpochMilliseconds(token.expires_at),
      ...(token.spent_at !== null && { spentAt: fromEpochMilliseconds(token.spent_at) }),
    },
    grant: grant.payload,
    standing: standingOf(user),
  };
}

function grantValues(grant: StoredGrant): unknown[] {
  const { idDigest, payload, expiresAt } = grant;
  return [idDigest, grant.tenantId, grant.userId, grant.clientId, payload, expiresAt];
}

function refreshValues(token: StoredRefreshToken): unknown[] {
  return [...grantValues(token), token.grantDigest];
}
