-- How tenants end, and what is asked of their walls.
grant update (suspended_at, deletes_at) on tenants to avian_app;
--> statement-breakpoint
-- Removes a tenant whose grace is over, with all that is in it: so many rows of each table at a call, its people
-- first, since most of the rest hangs on them; the tenant itself when nothing of it is left. The audit log stays.
-- True when it is gone, false when there is more to do, null when it is not due or somebody else is at it. It
-- widens no scope: inside a tenant it finds nothing.
create function remove_tenant(tenant_id uuid, at timestamptz, most int) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  scoped name;
  removed bigint;
begin
  if current_setting('avian.scope', true) is distinct from 'system' then
    return null;
  end if;
  perform from tenants t
    where t.id = $1 and t.status = 'deleting' and t.deletes_at <= $2 and not t.operator
    for update skip locked;
  if not found then
    return null;
  end if;

  for scoped in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname = 'tenant_id' and not a.attisdropped and c.relname not like 'audit\_%'
    order by c.relname <> 'users', c.relname
  loop
    execute format(
      'delete from %1$I where tenant_id = $1 and ctid = any (array(select ctid from %1$I where tenant_id = $1 limit $2))',
      scoped) using $1, $3;
    get diagnostics removed = row_count;
    if removed = $3 then
      return false;
    end if;
  end loop;

  delete from tenants t where t.id = $1;
  return true;
end $$;
--> statement-breakpoint
-- What a unit confined to a tenant has within reach of another: a row for each way that is open, none while the
-- walls stand. Tries every table of the catalogue that has tenants' rows, with the rights of whoever calls: reads,
-- changes and deletes one row that somebody has, reads it with no tenant set, and inserts one of `other`'s. What
-- comes of it is undone at once; that the insertion is refused leaves no line in the server's log.
create function breached_walls(other uuid) returns table (wall name, way text)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
  scope text := coalesce(current_setting('avian.scope', true), '');
  tenant text := coalesce(current_setting('avian.tenant', true), '');
  scoped record;
  target tid;
  reached boolean;
  touched bigint;
begin
  for scoped in
    select c.oid, c.relname, c.relispartition,
      case c.relname when 'tenants' then 'id' else 'tenant_id' end as home,
      c.relrowsecurity and c.relforcerowsecurity
        and (c.relispartition or exists (select from pg_policy p where p.polrelid = c.oid)) as walled,
      has_table_privilege(c.oid, 'select, insert, update, delete, truncate') as granted,
      has_table_privilege(c.oid, 'delete') as deletable,
      (select a.attname from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(c.oid, a.attnum, 'update')
        order by a.attnum limit 1) as changeable
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (c.relname = 'tenants' or exists (
        select from pg_attribute a
        where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))
    order by c.relname
  loop
    wall := scoped.relname;
    if not scoped.walled then
      way := 'unwalled';
      return next;
    end if;
    if scoped.relispartition then
      -- Reached through its parent, and in no other way.
      if scoped.granted then
        way := 'granted';
        return next;
      end if;
      continue;
    end if;

    perform set_config('avian.scope', 'system', true);
    execute format('select ctid from %I limit 1', wall) into target;

    perform set_config('avian.scope', '', true), set_config('avian.tenant', '', true);
    execute format('select exists (select from %I where ctid = $1)', wall) into reached using target;
    if reached then
      way := 'read with no tenant set';
      return next;
    end if;

    perform set_config('avian.scope', scope, true), set_config('avian.tenant', tenant, true);
    execute format('select exists (select from %I where ctid = $1)', wall) into reached using target;
    if reached then
      way := 'read';
      return next;
    end if;

    if scoped.changeable is not null then
      begin
        execute format('update %1$I set %2$I = %2$I where ctid = $1', wall, scoped.changeable) using target;
        get diagnostics touched = row_count;
        raise exception using errcode = 'AV000';
      exception
        when sqlstate 'AV000' then
          null;
        when insufficient_privilege then
          touched := 0;
        when integrity_constraint_violation then
          touched := 1;
      end;
      if touched > 0 then
        way := 'update';
        return next;
      end if;
    end if;

    if scoped.deletable then
      begin
        execute format('delete from %I where ctid = $1', wall) using target;
        get diagnostics touched = row_count;
        raise exception using errcode = 'AV000';
      exception
        when sqlstate 'AV000' then
          null;
        when insufficient_privilege then
          touched := 0;
        when integrity_constraint_violation then
          touched := 1;
      end;
      if touched > 0 then
        way := 'delete';
        return next;
      end if;
    end if;

    -- Policies are asked before constraints: whatever else it fails for, they had let it pass.
    begin
      execute format('insert into %I (%I) values ($1)', wall, scoped.home) using other;
      raise exception using errcode = 'AV000';
    exception
      when insufficient_privilege then
        null;
      when sqlstate 'AV000' or integrity_constraint_violation then
        way := 'insert';
        return next;
    end;
  end loop;
end $$;
--> statement-breakpoint
revoke all on function remove_tenant(uuid, timestamptz, int), breached_walls(uuid) from public;
--> statement-breakpoint
grant execute on function remove_tenant(uuid, timestamptz, int), breached_walls(uuid) to avian_app;
