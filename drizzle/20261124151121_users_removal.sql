-- An administrator deletes an account: in the unit's own tenant only, whoever calls, and whoever owns this
-- function; what hangs on the account goes with it. The application itself may delete no user. True when
-- there was such a one.
create function remove_user(user_id uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
  delete from users u
  where u.id = $1 and u.tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid;
  return found;
end $$;
--> statement-breakpoint
revoke all on function remove_user(uuid) from public;
--> statement-breakpoint
grant execute on function remove_user(uuid) to avian_app;
