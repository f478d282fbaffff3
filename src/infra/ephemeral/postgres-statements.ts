/*
 * $1 is the key, $2 now; in `put` and `create`, $3 is the value, $4 when it expires, $5 the parts as JSON
 * and $6 the indexes. `old` is the row that stands there.
 *
 * A row that has expired counts as none. One that is buried is a grave: `expires_at` is when it reopens.
 */

/** In the statement that writes the entry, so that nobody sees the one without the other. */
const LISTED = `
  with listed as (
    insert into ephemeral_indexes ("index", key, expires_at)
    select distinct name, $1, $4::timestamptz from unnest($6::text[]) as name
    on conflict ("index", key) do update
    set expires_at = greatest(ephemeral_indexes.expires_at, excluded.expires_at)
  )`;

export const get = `
  select value, parts, expires_at, spent_at from ephemeral_entries
  where key = $1 and expires_at > $2 and not buried`;

export const put = `${LISTED}
  insert into ephemeral_entries as old (key, value, parts, expires_at)
  values ($1, $3, $5::jsonb, $4)
  on conflict (key) do update set
    value = excluded.value,
    parts = case when old.expires_at > $2 then (old.parts || excluded.parts) - $7::text[] else excluded.parts end,
    spent_at = case when old.expires_at > $2 then old.spent_at end,
    expires_at = excluded.expires_at,
    buried = false
  where not old.buried or old.expires_at <= $2`;

export const create = `${LISTED}
  insert into ephemeral_entries as old (key, value, parts, expires_at)
  values ($1, $3, $5::jsonb, $4)
  on conflict (key) do update set
    value = excluded.value,
    parts = excluded.parts,
    spent_at = null,
    expires_at = excluded.expires_at,
    buried = false
  where old.expires_at <= $2`;

/** $3 is the value expected, $4 the next one, $5 when that expires. */
export const swap = `
  update ephemeral_entries set value = $4, expires_at = $5
  where key = $1 and expires_at > $2 and not buried and value = $3`;

export const spend = `
  update ephemeral_entries set spent_at = $2
  where key = $1 and expires_at > $2 and not buried and spent_at is null`;

export const remove = `
  delete from ephemeral_entries where key = $1 and not buried returning expires_at > $2 as was`;

/** $3 is until when. A grave was never spent: there, `spent_at` says that this burial found an entry. */
export const bury = `
  insert into ephemeral_entries as old (key, value, parts, buried, expires_at)
  values ($1, '', '{}', true, $3)
  on conflict (key) do update set
    value = '',
    parts = '{}',
    buried = true,
    spent_at = case when not old.buried and old.expires_at > $2 then $2::timestamptz end,
    expires_at = case when old.buried then greatest(old.expires_at, excluded.expires_at) else excluded.expires_at end
  returning spent_at is not null as was`;

export const members = `
  select key from ephemeral_indexes where "index" = $1 and expires_at > $2`;

/**
 * Expired at $1, $2 rows at most. It never waits for a row, so it stands in nobody's way; the rows are
 * chosen first and once, since a subquery with a limit may be run again for each row.
 */
export const sweep = `
  with due as materialized (
    select key from ephemeral_entries where expires_at <= $1 order by expires_at
    limit $2::int for update skip locked
  ), gone as (
    delete from ephemeral_entries using due where ephemeral_entries.key = due.key returning 1
  ), unlisted as materialized (
    select "index", key from ephemeral_indexes where expires_at <= $1 order by expires_at
    limit $2::int - (select count(*) from gone) for update skip locked
  ), struck as (
    delete from ephemeral_indexes i using unlisted u where i."index" = u."index" and i.key = u.key returning 1
  )
  select ((select count(*) from gone) + (select count(*) from struck))::int as swept`;
