-- The audit log: append-only, partitioned by month (R9, ADR 0015). drizzle-kit knows no PARTITION BY,
-- so the table of schema/audit.ts is made here; its snapshot is that of the tables migration.
create table "audit_entries" (
  "id" uuid not null,
  "at" timestamp with time zone not null,
  "tenant_id" uuid,
  "actor_kind" text not null,
  "actor_id" text,
  "actor_tenant_id" uuid,
  "action" text not null,
  "outcome" text not null,
  "resource_type" text,
  "resource_id" text,
  "address" text,
  "user_agent" text,
  "request_id" text,
  "details" jsonb not null,
  constraint "audit_entries_pkey" primary key ("at", "id")
) partition by range ("at");
--> statement-breakpoint
create index "audit_entries_tenant_id_at_idx" on "audit_entries" using btree ("tenant_id", "at");
--> statement-breakpoint
create index "audit_entries_action_at_idx" on "audit_entries" using btree ("action", "at");
--> statement-breakpoint
create function audit_refuse() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  raise exception 'The audit log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
--> statement-breakpoint
-- Row triggers of a partitioned table are those of its partitions as well; statement triggers are not,
-- so audit_prepare gives each partition its own against TRUNCATE.
create trigger audit_entries_append_only before update or delete on "audit_entries"
  for each row execute function audit_refuse();
--> statement-breakpoint
create trigger audit_entries_no_truncate before truncate on "audit_entries"
  for each statement execute function audit_refuse();
--> statement-breakpoint
-- Shuts a partition to all but its parent: forced row-level security without a policy, no grants.
create function audit_shut(partition regclass) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  execute format('alter table %s enable row level security, force row level security', partition);
  execute format('revoke all on %s from public, avian_app', partition);
  execute format(
    'create trigger audit_entries_no_truncate before truncate on %s for each statement execute function audit_refuse()',
    partition);
end $$;
--> statement-breakpoint
-- Takes what no monthly partition is there for, so that a job that did not run never stops a sign-in.
create table "audit_entries_default" partition of "audit_entries" default;
--> statement-breakpoint
select audit_shut('audit_entries_default');
--> statement-breakpoint
-- Makes the partitions that are missing, from the month of "from" (in UTC) to "months" after it, and
-- answers how many. A month the default partition already holds entries of stays there: append-only
-- means they are not moved. ATTACH, unlike CREATE … PARTITION OF, lets others write meanwhile.
create function audit_prepare("from" timestamptz, months int) returns int
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
  before text := current_setting('avian.scope', true);
  month timestamp;
  low timestamptz;
  high timestamptz;
  partition text;
  made int := 0;
begin
  if months is null or "from" is null or months not between 0 and 120 then
    raise exception 'audit_prepare: months must be between 0 and 120' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('avian.audit_prepare', 0));
  perform set_config('avian.scope', 'system', true);

  for step in 0..months loop
    month := date_trunc('month', "from" at time zone 'UTC') + make_interval(months => step);
    low := month at time zone 'UTC';
    high := (month + interval '1 month') at time zone 'UTC';
    partition := 'audit_entries_' || to_char(month, '"y"YYYY"m"MM');
    continue when to_regclass('public.' || partition) is not null;
    continue when exists (select from audit_entries e where e.at >= low and e.at < high);

    execute format('create table public.%I (like public.audit_entries including all)', partition);
    execute format(
      'alter table public.audit_entries attach partition public.%I for values from (%L) to (%L)',
      partition, low, high);
    perform audit_shut(('public.' || partition)::regclass);
    made := made + 1;
  end loop;

  perform set_config('avian.scope', coalesce(before, ''), true);
  return made;
end $$;
--> statement-breakpoint
revoke all on function audit_refuse(), audit_shut(regclass), audit_prepare(timestamptz, int) from public;
--> statement-breakpoint
grant execute on function audit_prepare(timestamptz, int) to avian_app;
