import { foreignKey, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { digest, instant, tenantId } from './_columns.ts';
import { users } from './users.ts';

/**
 * Failed attempts, by a digest of the address tried, or of the address and a device that is known to it.
 * The server's own: an address that is nobody's is counted like any other, and belongs to no tenant.
 */
export const lockouts = pgTable(
  'lockouts',
  {
    keyDigest: digest('key_digest').primaryKey(),
    failures: integer('failures').notNull(),
    closedUntil: instant('closed_until'),
    touchedAt: instant('touched_at').notNull(),
  },
  (t) => [index('lockouts_touched_at_idx').on(t.touchedAt)],
);

/** Browsers that have signed in to an account before: each has a count of its own (ADR 0009). */
export const knownDevices = pgTable(
  'known_devices',
  {
    userId: uuid('user_id').notNull(),
    tenantId: tenantId(),
    deviceDigest: digest('device_digest').notNull(),
    firstSeenAt: instant('first_seen_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.deviceDigest] }),
    index('known_devices_last_seen_at_idx').on(t.lastSeenAt),
    foreignKey({
      name: 'known_devices_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);

/** The mailed link that opens a locked account: one a user, the newest. */
export const unlocks = pgTable(
  'unlocks',
  {
    userId: uuid('user_id').primaryKey(),
    tenantId: tenantId(),
    tokenDigest: digest('token_digest').notNull().unique('unlocks_token_digest_key'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    spentAt: instant('spent_at'),
  },
  (t) => [
    foreignKey({
      name: 'unlocks_tenant_id_user_id_fkey',
      columns: [t.tenantId, t.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
);
