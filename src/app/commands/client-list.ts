import type { Client } from '#src/features/clients/index.ts';
import type { Rooms } from '../rooms.ts';

/** Every application, of all tenants. */
export async function run({ clients }: Pick<Rooms, 'clients'>) {
  const all = await clients.list();
  return { clients: all.map(shown) };
}

type ClientList = Awaited<ReturnType<typeof run>>;

/** Named as RFC 7591 and OpenID Connect name them, where they do. */
function shown(client: Client) {
  return {
    client_id: client.id,
    name: client.name,
    kind: client.kind,
    status: client.status,
    tenant_id: client.tenantId ?? null,
    first_party: client.firstParty,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri ?? null,
    cors_origins: client.corsOrigins,
    scope: client.scopes.join(' '),
    resources: client.resources,
    require_pkce: client.requirePkce,
    require_par: client.requirePar,
    dpop_bound: client.dpopBound,
    id_token_alg: client.idTokenAlg,
    jwks: client.jwks ?? null,
    created_at: client.createdAt.toISOString(),
  };
}

export function say({ clients }: ClientList): string {
  if (clients.length === 0) return 'There is no application yet.';
  return clients
    .map(
      ({ client_id: id, kind, name, status }) =>
        `${id}  ${kind.padEnd(7)}  ${name}${status === 'active' ? '' : ` (${status})`}`,
    )
    .join('\n');
}
