import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { clients } from './clients.ts';
import { users } from './users.ts';

/** What a user granted to a client. Refresh tokens hang on it: without the grant they are void. */
export const grants = pgTable(
  'grants',
  {
    idDigest: digest('id_digest').primaryKey(),
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    clientId: text('client_id').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    unique('grants_tenant_id_id_digest_key').on(t.tenantId, t.idDigest),
    index('grants_user_id_client_id_idx').on(t.userId, t.clientId),
    index('grants_expires_at_idx').on(t.expiresAt),
    foreignKey({
      name: 'grants_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    idDigest: digest('id_digest').primaryKey(),
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    clientId: text('client_id').notNull(),
    grantDigest: digest('grant_digest').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** Spent by compare-and-set, in the statement that writes the successor (ADR 0018). */
    spentAt: instant('spent_at'),
  },
  (t) => [
    index('refresh_tokens_grant_digest_idx').on(t.grantDigest),
    index('refresh_tokens_user_id_idx').on(t.userId),
    index('refresh_tokens_expires_at_idx').on(t.expiresAt),
    foreignKey({
      name: 'refresh_tokens_tenant_id_grant_digest_fkey',
      columns: [t.tenantId, t.grantDigest],
      foreignColumns: [grants.tenantId, grants.idDigest],
    }).onDelete('cascade'),
    foreignKey({
      name: 'refresh_tokens_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);

/** What a user allowed a client, so that it is not asked again; outlives the sessions and grants it fills. */
export const consents = pgTable(
  'consents',
  {
    tenantId: tenantId(),
    userId: uuid('user_id').notNull(),
    clientId: text('client_id').notNull(),
    scopes: text('scopes').array().notNull(),
    claims: text('claims').array().notNull(),
    /** Pairs of resource and scope: `[{ resource, name }]`. */
    resources: jsonb('resources').$type<{ resource: string; name: string }[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'consents_pkey', columns: [t.userId, t.clientId, t.tenantId] }),
    index('consents_tenant_id_idx').on(t.tenantId),
    index('consents_client_id_idx').on(t.clientId),
    foreignKey({
      name: 'consents_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'consents_client_id_fkey',
      columns: [t.clientId],
      foreignColumns: [clients.id],
    }).onDelete('cascade'),
  ],
);

/** Signing keys, sealed (ADR 0019). Belongs to the server, not to a tenant. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    alg: text('alg', { enum: ['RS256', 'ES256'] }).notNull(),
    state: text('state', { enum: ['pending', 'active', 'retiring', 'revoked'] }).notNull(),
    privateSealed: text('private_sealed').notNull(),
    createdAt: instant('created_at').notNull(),
    /** When it entered the state it is in. */
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [
    check('signing_keys_alg_check', sql`${t.alg} in ('RS256', 'ES256')`),
    check(
      'signing_keys_state_check',
      sql`${t.state} in ('pending', 'active', 'retiring', 'revoked')`,
    ),
  ],
);

/** Secrets the server made for itself at first start, sealed: the pepper of every digest, the DPoP nonce key. */
export const serverSecrets = pgTable('server_secrets', {
  name: text('name').primaryKey(),
  sealed: text('sealed').notNull(),
  createdAt: instant('created_at').notNull(),
});
