-- Row-level security and grants of the keys under which requests to the management API are answered once.
alter table idempotency_keys enable row level security, force row level security;
--> statement-breakpoint
create policy own_tenant on idempotency_keys for all to public
  using (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system')
  with check (
    tenant_id = nullif(current_setting('avian.tenant', true), '')::uuid
    or current_setting('avian.scope', true) = 'system');
--> statement-breakpoint
grant select, insert,
  update (request_digest, state, answer_sealed, created_at, expires_at), delete
  on idempotency_keys to avian_app;
