-- The look-ups that come before a tenant is known (ADR 0005): narrow functions of the owner's, with a fixed
-- search_path, that answer one question each. FORCE holds their owner to the policies too, and only a
-- superuser may bind a setting of ours to a function, so each widens the scope for its one query and
-- puts it back; an error between undoes it with the transaction. Instants inside jsonb are epoch milliseconds.

create function epoch_ms(at timestamptz) returns bigint
language sql immutable strict
set search_path = pg_catalog, public, pg_temp
return trunc(extract(epoch from at) * 1000)::bigint;
--> statement-breakpoint
-- What a session, a token or a page must know of the person and the tenant before it says yes.
create function user_facts(u users, t tenants) returns jsonb
language sql stable
set search_path = pg_catalog, public, pg_temp
return jsonb_build_object(
  'id', u.id,
  'tenant_id', u.tenant_id,
  'email', u.email,
  'name', u.name,
  'role', u.role,
  'status', u.status,
  'email_verified_at', epoch_ms(u.email_verified_at),
  'sessions_valid_from', epoch_ms(u.sessions_valid_from),
  'updated_at', epoch_ms(u.updated_at),
  'tenant_slug', t.slug,
  'tenant_status', t.status);
--> statement-breakpoint
-- Whose address this is.
create function locate_user(email text) returns table (id uuid, tenant_id uuid)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  before text := current_setting('avian.scope', true);
begin
  perform set_config('avian.scope', 'system', true);
  return query select u.id, u.tenant_id from users u where u.email = $1;
  perform set_config('avian.scope', coalesce(before, ''), true);
end $$;
--> statement-breakpoint
-- {client, secrets: [{digest, expires_at}]}, or null.
create function locate_client(client_id text) returns jsonb
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
      'secrets', coalesce(
        (select jsonb_agg(
            jsonb_build_object('digest', s.secret_digest, 'expires_at', epoch_ms(s.expires_at))
            order by s.created_at desc)
          from client_secrets s where s.client_id = c.id),
        '[]'))
    into answer
    from clients c where c.id = $1;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return answer;
end $$;
--> statement-breakpoint
-- Whether the session was ended, and what its user is by now; no row where there is no such user.
create function judge_session(uid_digest text, user_id uuid) returns table (
  revoked boolean, id uuid, tenant_id uuid, email text, name text, role text, status text,
  email_verified_at timestamptz, sessions_valid_from timestamptz, updated_at timestamptz,
  tenant_slug text, tenant_status text)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  before text := current_setting('avian.scope', true);
begin
  perform set_config('avian.scope', 'system', true);
  return query
    select exists (select from session_revocations r where r.uid_digest = $1),
      u.id, u.tenant_id, u.email, u.name, u.role, u.status,
      u.email_verified_at, u.sessions_valid_from, u.updated_at, t.slug, t.status
    from users u join tenants t on t.id = u.tenant_id
    where u.id = $2;
  perform set_config('avian.scope', coalesce(before, ''), true);
end $$;
--> statement-breakpoint
create function locate_grant(id_digest text) returns setof grants
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  before text := current_setting('avian.scope', true);
begin
  perform set_config('avian.scope', 'system', true);
  return query select g.* from grants g where g.id_digest = $1;
  perform set_config('avian.scope', coalesce(before, ''), true);
end $$;
--> statement-breakpoint
-- {token, grant, user}, or null: all that a refresh has to judge, in one round trip.
create function locate_refresh_token(id_digest text) returns jsonb
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
      'token', to_jsonb(r) || jsonb_build_object(
        'created_at', epoch_ms(r.created_at), 'expires_at', epoch_ms(r.expires_at), 'spent_at', epoch_ms(r.spent_at)),
      'grant', to_jsonb(g) || jsonb_build_object(
        'created_at', epoch_ms(g.created_at), 'expires_at', epoch_ms(g.expires_at)),
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
revoke all on function
  epoch_ms(timestamptz), user_facts(users, tenants),
  locate_user(text), locate_client(text), judge_session(text, uuid), locate_grant(text), locate_refresh_token(text)
from public;
--> statement-breakpoint
grant execute on function
  locate_user(text), locate_client(text), judge_session(text, uuid), locate_grant(text), locate_refresh_token(text)
to avian_app;
