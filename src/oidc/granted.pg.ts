import type { Grant, GrantKey, GrantPage, GrantStore } from '#src/features/grants/index.ts';
import { client } from '#src/infra/postgres/units.ts';
import { clientId, tenantId, userId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** What people allowed, out of consents and grants: either may be there without the other. */
export function createGrantedStore(): GrantStore {
  return {
    async list(unit, page) {
      const { rows } = await client(unit).query<PairRow>(LIST, valuesOf(page));
      return rows.map(grantOf);
    },

    async revoke(unit, key, now) {
      const found = await lock(unit, key, now);
      if (!found) return undefined;
      const pair = [key.userId, key.clientId];
      await client(unit).query('delete from consents where user_id = $1 and client_id = $2', pair);
      await client(unit).query('delete from grants where user_id = $1 and client_id = $2', pair);
      return found;
    },

    async revokeAll(unit, id) {
      await client(unit).query('delete from consents where client_id = $1', [id]);
      await client(unit).query('delete from grants where client_id = $1', [id]);
    },
  };
}

/** The grants' rows first: a token that is hung on one meanwhile goes with it, or is told that it is gone. */
async function lock(unit: Unit, key: GrantKey, now: Date): Promise<Grant | undefined> {
  const pair = [key.userId, key.clientId];
  await client(unit).query(
    'select from grants where user_id = $1 and client_id = $2 order by id_digest for update',
    pair,
  );
  const page = { user: key.userId, client: key.clientId, limit: 1, now };
  const { rows } = await client(unit).query<PairRow>(LIST, valuesOf(page));
  return rows[0] && grantOf(rows[0]);
}

function valuesOf({ user, client: wanted, after, limit, now }: GrantPage): unknown[] {
  const place = [after?.userId ?? null, after?.clientId ?? null];
  return [user ?? null, wanted ?? null, ...place, limit, now];
}

const pairsOf = (table: 'consents' | 'grants') => `
  (select distinct tenant_id, user_id, client_id from ${table}
   where ($1::uuid is null or user_id = $1) and ($2::text is null or client_id = $2)
     and ($3::uuid is null or (user_id, client_id) > ($3, $4::text))
     ${table === 'grants' ? 'and expires_at > $6' : ''}
   order by user_id, client_id limit $5)`;

const LIST = `
  select pair.tenant_id, pair.user_id, pair.client_id, c.created_at as allowed_at,
    c.scopes, c.claims, c.resources, held.payloads
  from (${pairsOf('consents')} union ${pairsOf('grants')} order by user_id, client_id limit $5) pair
  left join consents c
    on c.user_id = pair.user_id and c.client_id = pair.client_id and c.tenant_id = pair.tenant_id
  cross join lateral (
    select jsonb_agg(g.payload) as payloads from grants g
    where g.user_id = pair.user_id and g.client_id = pair.client_id and g.expires_at > $6) held
  order by pair.user_id, pair.client_id`;

interface PairRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly allowed_at: Date | null;
  readonly scopes: readonly string[] | null;
  readonly claims: readonly string[] | null;
  readonly resources: readonly { readonly resource: string; readonly name: string }[] | null;
  readonly payloads: readonly GrantPayload[] | null;
}

/** Of what the engine writes of a grant, what it allows. */
interface GrantPayload {
  readonly openid?: { readonly scope?: string; readonly claims?: readonly string[] };
  readonly resources?: Readonly<Record<string, string>>;
}

function grantOf(row: PairRow): Grant {
  const payloads = row.payloads ?? [];
  const held = payloads.flatMap(({ openid }) => wordsOf(openid?.scope));
  const claims = payloads.flatMap(({ openid }) => openid?.claims ?? []);
  return {
    tenantId: tenantId(row.tenant_id),
    userId: userId(row.user_id),
    clientId: clientId(row.client_id),
    scopes: once([...(row.scopes ?? []), ...held]),
    claims: once([...(row.claims ?? []), ...claims]),
    resources: resourcesOf(row, payloads),
    ...(row.allowed_at !== null && { allowedAt: row.allowed_at }),
    inUse: payloads.length > 0,
  };
}

function resourcesOf({ resources }: PairRow, payloads: readonly GrantPayload[]) {
  const all = new Map<string, string[]>();
  const add = (resource: string, names: readonly string[]) =>
    all.set(resource, [...(all.get(resource) ?? []), ...names]);
  for (const { resource, name } of resources ?? []) add(resource, [name]);
  for (const [resource, scope] of payloads.flatMap((held) => Object.entries(held.resources ?? {})))
    add(resource, wordsOf(scope));
  return Object.fromEntries([...all].map(([resource, names]) => [resource, once(names)]));
}

function wordsOf(scope = ''): readonly string[] {
  return scope.split(' ').filter((word) => word !== '');
}

function once(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted();
}
