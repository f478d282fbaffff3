-- The statements of every refresh, as functions: a session plans them once, not at every call, and behind
-- PgBouncer too, where a prepared statement of the driver's would not be found again.

-- Their bodies are bound to what they name when they are made, so no search_path is needed, and without one
-- the planner writes them into the query that calls them.
alter function epoch_ms(timestamptz) reset search_path;
--> statement-breakpoint
alter function user_facts(users, tenants) reset search_path;
--> statement-breakpoint
-- {token, grant, user}, or null: all that a refresh has to judge, in one round trip.
create or replace function locate_refresh_token(id_digest text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  before text := current_setting('avian.scope', true);
  answer jsonb;
begin
  perform set_config('avian.scope', 'system', true);
  select jsonb_build_object(
      'token', jsonb_build_object(
        'id_digest', r.id_digest, 'tenant_id', r.tenant_id, 'user_id', r.user_id, 'client_id', r.client_id,
        'grant_digest', r.grant_digest, 'payload', r.payload,
        'expires_at', epoch_ms(r.expires_at), 'spent_at', epoch_ms(r.spent_at)),
      'grant', jsonb_build_object('payload', g.payload),
      'user', user_facts(u, t))
    into answer
    from refresh_tokens r
    join grants g on g.tenant_id = r.tenant_id and g.id_digest = r.grant_digest
    join users u on u.tenant_id = r.tenant_id and u.id = r.user_id
    join tenants t on t.id = r.tenant_id
    where r.id_digest = $1;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return answer;
end $$;
--> statement-breakpoint
-- Writes entries to the audit log, in the transaction and with the rights of whoever calls.
create function audit_append(entries json) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into audit_entries (id, at, tenant_id, actor_kind, actor_id, actor_tenant_id, action, outcome,
    resource_type, resource_id, address, user_agent, request_id, details)
  select "id", "at", "tenantId", "actorKind", "actorId", "actorTenantId", "action", "outcome",
    "resourceType", "resourceId", "address", "userAgent", "requestId", "details"
  from json_to_recordset(entries) as entry (
    "id" uuid, "at" timestamptz, "tenantId" uuid, "actorKind" text, "actorId" text, "actorTenantId" uuid,
    "action" text, "outcome" text, "resourceType" text, "resourceId" text, "address" text,
    "userAgent" text, "requestId" text, "details" jsonb);
end $$;
--> statement-breakpoint
-- Spends a refresh token and writes its successor under the same grant, both or neither: true for the one
-- caller, of any number and ever, who spent it.
create function rotate_refresh_token(
  parent_digest text, id_digest text, tenant_id uuid, user_id uuid, client_id text, payload jsonb,
  expires_at timestamptz, grant_digest text, at timestamptz) returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update refresh_tokens r set spent_at = at
    where r.id_digest = parent_digest and r.grant_digest = $8 and r.spent_at is null;
  if not found then
    return false;
  end if;
  insert into refresh_tokens
    (id_digest, tenant_id, user_id, client_id, payload, expires_at, grant_digest, created_at)
    values ($2, $3, $4, $5, $6, $7, $8, $9);
  return true;
end $$;
--> statement-breakpoint
revoke all on function
  audit_append(json),
  rotate_refresh_token(text, text, uuid, uuid, text, jsonb, timestamptz, text, timestamptz)
from public;
--> statement-breakpoint
grant execute on function
  audit_append(json),
  rotate_refresh_token(text, text, uuid, uuid, text, jsonb, timestamptz, text, timestamptz)
to avian_app;
