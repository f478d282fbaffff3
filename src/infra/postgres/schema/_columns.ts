import { customType, timestamp, uuid } from 'drizzle-orm/pg-core';

/** A UUIDv7 made by the product, so that Postgres 15 needs no function of its own for it. */
export const id = () => uuid('id').primaryKey();

/** The tenant a row belongs to. Forced row-level security judges it (R16.6). */
export const tenantId = () => uuid('tenant_id').notNull();

/** An instant; always given by the Clock, never by the database. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** An HMAC-SHA-256 of an identifier or secret: what is stored instead of it. */
export const digest = customType<{ data: string }>({ dataType: () => 'text' });
