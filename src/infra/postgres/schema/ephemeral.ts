import { boolean, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './_columns.ts';

/** The ephemeral store where no Redis is (ADR 0016). Keys are digests; rows belong to no tenant. Logged: a crash signs nobody out. */
export const ephemeralEntries = pgTable(
  'ephemeral_entries',
  {
    key: text('key').primaryKey(),
    value: text('value').notNull(),
    parts: jsonb('parts').$type<Record<string, string>>().notNull(),
    buried: boolean('buried').notNull().default(false),
    spentAt: instant('spent_at'),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [index('ephemeral_entries_expires_at_idx').on(t.expiresAt)],
);

export const ephemeralIndexes = pgTable(
  'ephemeral_indexes',
  {
    index: text('index').notNull(),
    key: text('key').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'ephemeral_indexes_pkey', columns: [t.index, t.key] }),
    index('ephemeral_indexes_expires_at_idx').on(t.expiresAt),
  ],
);
