-- What a tenant wants of its people's sessions comes with the judgement of one: asked for nowhere else.

grant update (session_limit, session_watch) on tenants to avian_app;
--> statement-breakpoint
drop function judge_session(text, uuid);
--> statement-breakpoint
-- Whether the session was ended, what its user is by now, and what their tenant watches for; no row where
-- there is no such user. The version before reads it by its columns' names, so more of them do it no harm.
create function judge_session(uid_digest text, user_id uuid) returns table (
  revoked boolean, id uuid, tenant_id uuid, email text, name text, role text, status text,
  email_verified_at timestamptz, sessions_valid_from timestamptz, updated_at timestamptz,
  tenant_slug text, tenant_status text, session_watch text[])
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
      u.email_verified_at, u.sessions_valid_from, u.updated_at, t.slug, t.status, t.session_watch
    from users u join tenants t on t.id = u.tenant_id
    where u.id = $2;
  perform set_config('avian.scope', coalesce(before, ''), true);
end $$;
--> statement-breakpoint
revoke all on function judge_session(text, uuid) from public;
--> statement-breakpoint
grant execute on function judge_session(text, uuid) to avian_app;
