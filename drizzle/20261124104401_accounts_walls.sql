-- Row-level security and grants of the accounts' tables. `lockouts` belongs to the server: an address that is
-- nobody's is counted like any other. In `outbox`, a row without a tenant is the server's own.
do $$
declare
  scoped text;
begin
  foreach scoped in array array[
    'password_history', 'known_devices', 'unlocks', 'outbox', 'verifications', 'invitations', 'recoveries',
    'email_changes']
  loop
    execute format('alter table %I enable row level security, force row level security', scoped);
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
      scoped);
  end loop;
end $$;
--> statement-breakpoint
grant update (is_default, registration, registration_domains, password_rules, password_days)
  on tenants to avian_app;
--> statement-breakpoint
grant update (imported, expires_at, warned_at) on passwords to avian_app;
--> statement-breakpoint
grant select, insert, delete on password_history to avian_app;
--> statement-breakpoint
grant select, insert, update (failures, closed_until, touched_at), delete on lockouts to avian_app;
--> statement-breakpoint
grant select, insert, update (last_seen_at), delete on known_devices to avian_app;
--> statement-breakpoint
grant select, insert, update (token_digest, created_at, expires_at, spent_at) on unlocks to avian_app;
--> statement-breakpoint
grant select, insert,
  update (content_sealed, state, attempts, due_at, last_error, settled_at), delete
  on outbox to avian_app;
--> statement-breakpoint
grant select, insert,
  update (email, token_digest, code_digest, code_attempts, client_id, created_at, expires_at, spent_at)
  on verifications to avian_app;
--> statement-breakpoint
grant select, insert, update (role, token_digest, created_at, expires_at, spent_at) on invitations to avian_app;
--> statement-breakpoint
grant select, insert, update (token_digest, created_at, expires_at, spent_at) on recoveries to avian_app;
--> statement-breakpoint
grant select, insert, update (confirmed_at, undo_digest, undo_expires_at, undone_at) on email_changes to avian_app;
--> statement-breakpoint
-- Passwords set before they could expire do so by their tenants' preset, 90 days from when they were set.
update passwords set expires_at = changed_at + interval '90 days';
--> statement-breakpoint
-- Somebody registered an address and never proved it: the account makes way, in whichever tenant it is, and
-- what hangs on it goes with it. True when there was such a one.
create function discard_unproven_user(user_id uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  before text := current_setting('avian.scope', true);
  discarded boolean;
begin
  perform set_config('avian.scope', 'system', true);
  delete from users u where u.id = $1 and u.self_registered and u.email_verified_at is null;
  discarded := found;
  perform set_config('avian.scope', coalesce(before, ''), true);
  return discarded;
end $$;
--> statement-breakpoint
revoke all on function discard_unproven_user(uuid) from public;
--> statement-breakpoint
grant execute on function discard_unproven_user(uuid) to avian_app;
