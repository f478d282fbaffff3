import { desc, getTableColumns } from 'drizzle-orm';
import { clientSecrets, clients } from '#src/infra/postgres/schema/clients.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { clientId, tenantId } from '#src/kernel/ids.ts';
import type { Client, RegisteredClient } from './client.ts';
import type { ClientStore } from './store.ts';

type Row = typeof clients.$inferSelect;

/** What `locate_client` answers: the row by column names, its instants in milliseconds. */
interface Located {
  readonly client: Readonly<Record<string, unknown>>;
  readonly secrets: readonly { readonly digest: string; readonly expires_at: number | null }[];
}

export function createClientStore(): ClientStore {
  return {
    async locate(unit, id) {
      const found = await client(unit).query<{ located: Located | null }>(
        'select locate_client($1) as located',
        [id],
      );
      const located = found.rows[0]?.located;
      return located ? registeredOf(located) : undefined;
    },

    async insert(unit, client) {
      await rows(unit)
        .insert(clients)
        .values({
          ...client,
          redirectUris: [...client.redirectUris],
          postLogoutRedirectUris: [...client.postLogoutRedirectUris],
          corsOrigins: [...client.corsOrigins],
          scopes: [...client.scopes],
          resources: [...client.resources],
          jwks: client.jwks && { keys: [...client.jwks.keys] },
        });
    },

    async insertSecret(unit, { digest, ...secret }) {
      await rows(unit)
        .insert(clientSecrets)
        .values({ ...secret, secretDigest: digest });
    },

    async list(unit) {
      const found = await rows(unit)
        .select()
        .from(clients)
        .orderBy(desc(clients.createdAt), clients.id);
      return found.map(clientOf);
    },
  };
}

function registeredOf({ client, secrets }: Located): RegisteredClient {
  return {
    ...clientOf(rowOf(client)),
    secretDigests: secrets.map(({ digest, expires_at: expires }) => ({
      digest,
      ...(expires !== null && { expiresAt: fromEpochMilliseconds(expires) }),
    })),
  };
}

/** The row that a JSON object by column names stands for. */
function rowOf(json: Readonly<Record<string, unknown>>): Row {
  const members = Object.entries(getTableColumns(clients)).map(([name, column]) => {
    const value = json[column.name];
    return [name, column.dataType === 'date' ? fromEpochMilliseconds(Number(value)) : value];
  });
  return Object.fromEntries(members) as Row;
}

function clientOf({ tenantId: tenant, backchannelLogoutUri, jwks, ...row }: Row): Client {
  return {
    ...row,
    id: clientId(row.id),
    ...(tenant !== null && { tenantId: tenantId(tenant) }),
    ...(backchannelLogoutUri !== null && { backchannelLogoutUri }),
    ...(jwks !== null && { jwks }),
  };
}
