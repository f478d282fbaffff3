-- Row-level security and grants of the resources' table, what managing applications changes, and the look-ups
-- that answer with shared resources: those belong to no tenant, and are seen by every one.
alter table resources enable row level security, force row level security;
--> statement-breakpoint
create policy own_tenant on resources for all to public
  using (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system')
  with check (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system');
--> statement-breakpoint
grant select, insert, update (name, scopes, updated_at), delete on resources to avian_app;
--> statement-breakpoint
grant update (
    name, first_party, redirect_uris, post_logout_redirect_uris, backchannel_logout_uri, cors_origins, scopes,
    resources, require_pkce, require_par, dpop_bound, claims_at_userinfo, id_token_alg, jwks),
  delete on clients to avian_app;
--> statement-breakpoint
grant update (expires_at), delete on client_secrets to avian_app;
--> statement-breakpoint
-- The resources that all tenants share.
create function shared_resources() returns setof resources
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  before text := current_setting('avian.scope', true);
begin
  perform set_config('avian.scope', 'system', true);
  return query select r.* from resources r where r.tenant_id is null;
  perform set_config('avian.scope', coalesce(before, ''), true);
end $$;
--> statement-breakpoint
-- A client that all tenants share, in the form in which locate_client has it; null for any other, and as quickly for
-- another tenant's as for none.
create function shared_client(client_id text) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  before text := current_setting('avian.scope', true);
  answer jsonb;
begin
  perform set_config('avian.scope', 'system', true);
  select to_jsonb(c) || jsonb_build_object('created_at', epoch_ms(c.created_at), 'updated_at', epoch_ms(c.updated_at))
    into answer
    from clients c where c.id = $1 and c.tenant_id is null;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return answer;
end $$;
--> statement-breakpoint
-- {client, suspended, secrets: [{digest, expires_at}], registered: [{identifier, scopes}]}, or null. `suspended` says
-- that its tenant is not active. `registered` holds those of the client's resources that are; a shared one goes
-- before a tenant's of the same name. The version before reads it by its members' names, so more do it no harm.
create or replace function locate_client(client_id text) returns jsonb
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
      'client', to_jsonb(c) || jsonb_build_object(
        'created_at', epoch_ms(c.created_at), 'updated_at', epoch_ms(c.updated_at)),
      'suspended', exists (select from tenants t where t.id = c.tenant_id and t.status <> 'active'),
      'secrets', coalesce(
        (select jsonb_agg(
            jsonb_build_object('digest', s.secret_digest, 'expires_at', epoch_ms(s.expires_at))
            order by s.created_at desc)
          from client_secrets s where s.client_id = c.id),
        '[]'),
      'registered', coalesce(
        (select jsonb_agg(jsonb_build_object('identifier', r.identifier, 'scopes', r.scopes))
          from (
            select distinct on (identifier) identifier, scopes from resources
            where identifier = any(c.resources) and (tenant_id is null or tenant_id = c.tenant_id)
            order by identifier, tenant_id nulls first) r),
        '[]'))
    into answer
    from clients c where c.id = $1;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return answer;
end $$;
--> statement-breakpoint
revoke all on function shared_resources(), shared_client(text) from public;
--> statement-breakpoint
grant execute on function shared_resources(), shared_client(text) to avian_app;
