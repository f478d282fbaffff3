import { bigint, index, integer, pgTable } from 'drizzle-orm/pg-core';
import { digest, instant } from './_columns.ts';

/**
 * What has passed of late, by a digest of who asked, where no Redis is (D7). The server's own: whoever asks is
 * counted before anybody knows whose tenant it is. Instants are milliseconds since the epoch.
 */
export const rateWindows = pgTable(
  'rate_windows',
  {
    keyDigest: digest('key_digest').primaryKey(),
    /** Oldest first, and never more than the limit. */
    passed: bigint('passed', { mode: 'number' }).array().notNull(),
    /** In a row. */
    violations: integer('violations').notNull(),
    closedUntil: bigint('closed_until', { mode: 'number' }).notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [index('rate_windows_expires_at_idx').on(t.expiresAt)],
);
