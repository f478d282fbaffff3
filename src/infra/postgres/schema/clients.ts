import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { digest, id, instant } from './_columns.ts';
import { tenants } from './tenancy.ts';

export const KINDS = ['web', 'spa', 'native', 'machine'] as const;

/**
 * Relying applications. `tenant_id` is null for one that all tenants share (ADR 0002): such a row is seen
 * by no tenant's scope, only by the system's and by the definer function that looks one up by id.
 */
export const clients = pgTable(
  'clients',
  {
    id: text('id').primaryKey(),
    tenantId: uuid('tenant_id'),
    kind: text('kind', { enum: KINDS }).notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'disabled'] })
      .notNull()
      .default('active'),
    firstParty: boolean('first_party').notNull().default(false),
    redirectUris: text('redirect_uris').array().notNull(),
    postLogoutRedirectUris: text('post_logout_redirect_uris').array().notNull(),
    backchannelLogoutUri: text('backchannel_logout_uri'),
    corsOrigins: text('cors_origins').array().notNull(),
    scopes: text('scopes').array().notNull(),
    resources: text('resources').array().notNull(),
    requirePkce: boolean('require_pkce').notNull().default(true),
    requirePar: boolean('require_par').notNull().default(false),
    dpopBound: boolean('dpop_bound').notNull().default(false),
    /** Profile and e-mail claims at UserInfo only, not in the ID token. */
    claimsAtUserinfo: boolean('claims_at_userinfo').notNull().default(false),
    idTokenAlg: text('id_token_alg', { enum: ['RS256', 'ES256'] })
      .notNull()
      .default('RS256'),
    /** Public keys for private_key_jwt; null where the client has a secret, or none. */
    jwks: jsonb('jwks').$type<{ keys: Record<string, unknown>[] }>(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    unique('clients_tenant_id_id_key').on(t.tenantId, t.id),
    foreignKey({
      name: 'clients_tenant_id_fkey',
      columns: [t.tenantId],
      foreignColumns: [tenants.id],
    }),
    check('clients_kind_check', sql`${t.kind} in ('web', 'spa', 'native', 'machine')`),
    check('clients_status_check', sql`${t.status} in ('active', 'disabled')`),
    check('clients_id_token_alg_check', sql`${t.idTokenAlg} in ('RS256', 'ES256')`),
  ],
);

/** A client's secrets, digested; two may be valid at once (ADR 0019). */
export const clientSecrets = pgTable(
  'client_secrets',
  {
    id: id(),
    tenantId: uuid('tenant_id'),
    clientId: text('client_id').notNull(),
    secretDigest: digest('secret_digest').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
  },
  (t) => [
    index('client_secrets_client_id_idx').on(t.clientId),
    foreignKey({
      name: 'client_secrets_client_id_fkey',
      columns: [t.clientId],
      foreignColumns: [clients.id],
    }).onDelete('cascade'),
    // A second one, so that no tenant's secret opens another's client; a shared client's has no tenant, and passes.
    foreignKey({
      name: 'client_secrets_tenant_id_client_id_fkey',
      columns: [t.tenantId, t.clientId],
      foreignColumns: [clients.tenantId, clients.id],
    }).onDelete('cascade'),
  ],
);
