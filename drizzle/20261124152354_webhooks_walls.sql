-- Row-level security and grants of the receivers of events. A row without a tenant is for the server's own entries.
alter table webhooks enable row level security, force row level security;
--> statement-breakpoint
create policy own_tenant on webhooks for all to public
  using (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system')
  with check (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system');
--> statement-breakpoint
grant select, insert, delete,
  update (
    url, description, events, secret_sealed, previous_sealed, previous_until, state, position, failures,
    failing_since, due_at, last_error, last_delivered_at, updated_at)
  on webhooks to avian_app;
