import { and, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { clientSecrets, clients } from '#src/infra/postgres/schema/clients.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { clientId, tenantId } from '#src/kernel/ids.ts';
import type { Client, RegisteredClient } from './client.ts';
import type { ClientPage, ClientSecret, ClientStore } from './store.ts';

type Row = typeof clients.$inferSelect;

/** What `locate_client` answers: the row by column names, its instants in milliseconds. */
interface Located {
  readonly client: Readonly<Record<string, unknown>>;
  readonly suspended: boolean;
  readonly secrets: readonly { readonly digest: string; readonly expires_at: number | null }[];
  readonly registered: readonly {
    readonly identifier: string;
    readonly scopes: readonly { readonly name: string }[];
  }[];
}

export function createClientStore(): ClientStore {
  return {
    ...createReading(),

    async insert(unit, client) {
      await rows(unit)
        .insert(clients)
        .values({ ...client, ...listsOf(client) });
    },

    async insertSecret(unit, { digest, ...secret }) {
      await rows(unit)
        .insert(clientSecrets)
        .values({ ...secret, secretDigest: digest });
    },

    async update(unit, client) {
      const { id, tenantId: _tenant, kind: _kind, createdAt: _made, ...changing } = client;
      const lists = { ...listsOf(client), jwks: listsOf(client).jwks ?? null };
      const backchannelLogoutUri = client.backchannelLogoutUri ?? null;
      await rows(unit)
        .update(clients)
        .set({ ...changing, ...lists, backchannelLogoutUri })
        .where(eq(clients.id, id));
    },

    async remove(unit, id) {
      await rows(unit).delete(clients).where(eq(clients.id, id));
    },

    ...createSecrets(),
  };
}

function createReading(): Pick<ClientStore, 'locate' | 'find' | 'list' | 'page' | 'take'> {
  return {
    async locate(unit, id) {
      const found = await client(unit).query<{ located: Located | null }>(
        'select locate_client($1) as located',
        [id],
      );
      const located = found.rows[0]?.located;
      return located ? registeredOf(located) : undefined;
    },

    async find(unit, id) {
      const [own] = await rows(unit).select().from(clients).where(eq(clients.id, id));
      if (own) return clientOf(own);
      const found = await client(unit).query<{ shared: Located['client'] | null }>(
        'select shared_client($1) as shared',
        [id],
      );
      const shared = found.rows[0]?.shared;
      return shared ? clientOf(rowOf(shared)) : undefined;
    },

    async list(unit) {
      const found = await rows(unit)
        .select()
        .from(clients)
        .orderBy(desc(clients.createdAt), clients.id);
      return found.map(clientOf);
    },

    async page(unit, wanted) {
      const found = await rows(unit)
        .select()
        .from(clients)
        .where(fitting(wanted))
        .orderBy(desc(clients.createdAt), desc(clients.id))
        .limit(wanted.limit);
      return found.map(clientOf);
    },

    async take(unit, id) {
      const found = await rows(unit).select().from(clients).where(eq(clients.id, id)).for('update');
      return found[0] && clientOf(found[0]);
    },
  };
}

function createSecrets(): Pick<ClientStore, 'secrets' | 'expireSecret' | 'removeSecrets'> {
  return {
    async secrets(unit, id) {
      const found = await rows(unit)
        .select()
        .from(clientSecrets)
        .where(eq(clientSecrets.clientId, id))
        .orderBy(desc(clientSecrets.createdAt), desc(clientSecrets.id));
      return found.map(secretOf);
    },

    async expireSecret(unit, id, expiresAt) {
      await rows(unit).update(clientSecrets).set({ expiresAt }).where(eq(clientSecrets.id, id));
    },

    async removeSecrets(unit, ids) {
      if (ids.length > 0)
        await rows(unit)
          .delete(clientSecrets)
          .where(inArray(clientSecrets.id, [...ids]));
    },
  };
}

function fitting({ kind, status, name, after }: ClientPage) {
  const { createdAt, id } = clients;
  return and(
    kind && eq(clients.kind, kind),
    status && eq(clients.status, status),
    name === undefined ? undefined : sql`strpos(lower(${clients.name}), lower(${name})) > 0`,
    after &&
      sql`(${createdAt}, ${id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})`,
  );
}

/** Its lists, as the driver wants them. */
function listsOf(client: Client) {
  return {
    redirectUris: [...client.redirectUris],
    postLogoutRedirectUris: [...client.postLogoutRedirectUris],
    corsOrigins: [...client.corsOrigins],
    scopes: [...client.scopes],
    resources: [...client.resources],
    jwks: client.jwks && { keys: [...client.jwks.keys] },
  };
}

function secretOf({
  clientId: client,
  tenantId: tenant,
  secretDigest,
  expiresAt,
  ...row
}: typeof clientSecrets.$inferSelect): ClientSecret {
  return {
    ...row,
    clientId: clientId(client),
    ...(tenant !== null && { tenantId: tenant }),
    digest: secretDigest,
    ...(expiresAt !== null && { expiresAt }),
  };
}

function registeredOf({ client, suspended, secrets, registered }: Located): RegisteredClient {
  return {
    ...clientOf(rowOf(client)),
    suspended,
    registered: registered.map(({ identifier, scopes }) => ({
      identifier,
      scopes: scopes.map(({ name }) => name),
    })),
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
