-- The chains over the audit log (ADR 0048): append-only and partitioned by month, as the entries are.
create table "audit_links" (
  "tenant_id" uuid not null,
  "position" bigint not null,
  "entry_at" timestamp with time zone not null,
  "entry_id" uuid not null,
  "mac" bytea not null,
  "hash" bytea not null,
  constraint "audit_links_pkey" primary key ("entry_at", "entry_id")
) partition by range ("entry_at");
--> statement-breakpoint
create index "audit_links_tenant_id_position_idx" on "audit_links" using btree ("tenant_id", "position");
--> statement-breakpoint
create table "audit_heads" (
  "tenant_id" uuid not null,
  "position" bigint not null,
  "hash" bytea not null,
  "signed_at" timestamp with time zone not null,
  "signature" bytea not null,
  constraint "audit_heads_pkey" primary key ("signed_at", "tenant_id")
) partition by range ("signed_at");
--> statement-breakpoint
create index "audit_heads_tenant_id_position_idx" on "audit_heads" using btree ("tenant_id", "position");
--> statement-breakpoint
create table "audit_links_default" partition of "audit_links" default;
--> statement-breakpoint
create table "audit_heads_default" partition of "audit_heads" default;
--> statement-breakpoint
select audit_shut('audit_links_default'), audit_shut('audit_heads_default');
--> statement-breakpoint
do $$
declare
  kept text;
begin
  foreach kept in array array['audit_links', 'audit_heads', 'audit_tombstones'] loop
    execute format(
      'create trigger %1$s_append_only before update or delete on %1$I for each row execute function audit_refuse()',
      kept);
    execute format(
      'create trigger %1$s_no_truncate before truncate on %1$I for each statement execute function audit_refuse()',
      kept);
    execute format('alter table %I enable row level security, force row level security', kept);
    execute format(
      $policy$
        create policy own_tenant on %1$I for all to public
          using (
            tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
            or current_setting('avian.scope', true) = 'system')
          with check (
            tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
            or current_setting('avian.scope', true) = 'system')
      $policy$,
      kept);
  end loop;
end $$;
--> statement-breakpoint
grant select, insert on audit_links, audit_heads, audit_tombstones to avian_app;
--> statement-breakpoint
grant select, update (up_to) on audit_linking to avian_app;
--> statement-breakpoint
insert into audit_linking (up_to) values (0);
--> statement-breakpoint
-- As before, and with each entry's seal; what the version before calls it with has none.
create or replace function audit_append(entries json) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into audit_entries (id, at, tenant_id, actor_kind, actor_id, actor_tenant_id, action, outcome,
    resource_type, resource_id, address, user_agent, request_id, details, mac)
  select "id", "at", "tenantId", "actorKind", "actorId", "actorTenantId", "action", "outcome",
    "resourceType", "resourceId", "address", "userAgent", "requestId", "details", decode("mac", 'hex')
  from json_to_recordset(entries) as entry (
    "id" uuid, "at" timestamptz, "tenantId" uuid, "actorKind" text, "actorId" text, "actorTenantId" uuid,
    "action" text, "outcome" text, "resourceType" text, "resourceId" text, "address" text,
    "userAgent" text, "requestId" text, "details" jsonb, "mac" text);
end $$;
--> statement-breakpoint
-- The name of a month's partition, and of the column it goes by.
create function audit_partition(parent text, month timestamp) returns text
language sql immutable
return parent || '_' || to_char(month, '"y"YYYY"m"MM');
--> statement-breakpoint
create function audit_instant(parent text) returns text
language sql immutable
return case parent when 'audit_entries' then 'at' when 'audit_links' then 'entry_at' else 'signed_at' end;
--> statement-breakpoint
-- As before, for links and heads too; it answers how many of the entries' it made.
create or replace function audit_prepare("from" timestamptz, months int) returns int
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
  before text := current_setting('avian.scope', true);
  parent text;
  month timestamp;
  low timestamptz;
  high timestamptz;
  partition text;
  held boolean;
  made int := 0;
begin
  if months is null or "from" is null or months not between 0 and 120 then
    raise exception 'audit_prepare: months must be between 0 and 120' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('avian.audit_prepare', 0));
  perform set_config('avian.scope', 'system', true);

  foreach parent in array array['audit_entries', 'audit_links', 'audit_heads'] loop
    for step in 0..months loop
      month := date_trunc('month', "from" at time zone 'UTC') + make_interval(months => step);
      low := month at time zone 'UTC';
      high := (month + interval '1 month') at time zone 'UTC';
      partition := audit_partition(parent, month);
      continue when to_regclass('public.' || partition) is not null;
      execute format('select exists (select from public.%I where %2$I >= $1 and %2$I < $2)', parent, audit_instant(parent))
        into held using low, high;
      continue when held;

      execute format('create table public.%I (like public.%I including all)', partition, parent);
      execute format(
        'alter table public.%I attach partition public.%I for values from (%L) to (%L)',
        parent, partition, low, high);
      perform audit_shut(('public.' || partition)::regclass);
      made := made + (parent = 'audit_entries')::int;
    end loop;
  end loop;

  perform set_config('avian.scope', coalesce(before, ''), true);
  return made;
end $$;
--> statement-breakpoint
-- Takes a month out of one of the three. Where the month has no partition of its own, its rows lie in the
-- default one: detached, that has no append-only trigger, and gets it back as it is attached again.
create function audit_remove(parent text, month timestamp) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
  partition text := audit_partition(parent, month);
  rest text := parent || '_default';
begin
  if to_regclass('public.' || partition) is not null then
    execute format('alter table public.%I detach partition public.%I', parent, partition);
    execute format('drop table public.%I', partition);
    return;
  end if;
  execute format('alter table public.%I detach partition public.%I', parent, rest);
  execute format('alter table public.%I no force row level security', rest);
  execute format('delete from public.%1$I where %2$I >= $1 and %2$I < $2', rest, audit_instant(parent))
    using month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC';
  execute format('alter table public.%I force row level security', rest);
  execute format('alter table public.%I attach partition public.%I default', parent, rest);
end $$;
--> statement-breakpoint
-- Removes a month of the audit log for good, and answers how many entries that were. It refuses, by this
-- server's own clock and whatever it is told, a month that has not been over for 365 days; and one with an
-- entry that is in no chain, or a link that no tombstone stands for.
create function audit_retire(month date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set lock_timeout = '3s'
as $$
#variable_conflict use_variable
declare
  before text := current_setting('avian.scope', true);
  low timestamptz := month::timestamp at time zone 'UTC';
  high timestamptz := (month + interval '1 month') at time zone 'UTC';
  retired bigint;
begin
  if month is null or extract(day from month) <> 1 then
    raise exception 'audit_retire: a month is named by its first day' using errcode = 'invalid_parameter_value';
  end if;
  if high > now() - interval '365 days' then
    raise exception 'audit_retire: % has not been over for 365 days', month using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('avian.audit_prepare', 0));
  perform set_config('avian.scope', 'system', true);

  if exists (
    select from audit_entries e left join audit_links l on l.entry_at = e.at and l.entry_id = e.id
    where e.at >= low and e.at < high and l.entry_id is null)
  then
    raise exception 'audit_retire: % has entries that are in no chain', month using errcode = 'insufficient_privilege';
  end if;
  if exists (
    select from audit_links l where l.entry_at >= low and l.entry_at < high and not exists (
      select from audit_tombstones t
      where t.tenant_id = l.tenant_id and t.month = month and l.position between t.first and t.last))
  then
    raise exception 'audit_retire: % has links without a tombstone', month using errcode = 'insufficient_privilege';
  end if;

  select count(*) into retired from audit_entries e where e.at >= low and e.at < high;
  perform audit_remove(parent, month) from unnest(array['audit_entries', 'audit_links', 'audit_heads']) as parent;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return retired;
end $$;
--> statement-breakpoint
revoke all on function
  audit_partition(text, timestamp),
  audit_instant(text),
  audit_remove(text, timestamp),
  audit_retire(date)
from public;
--> statement-breakpoint
grant execute on function audit_retire(date) to avian_app;
