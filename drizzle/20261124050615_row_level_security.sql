-- Row-level security on every tenant-scoped table (R16.6, ADR 0005). FORCE holds the owner to it as well.
-- nullif, because a setting of a finished transaction reads as '' and must mean nobody.
-- With nothing set no row passes; a row without a tenant is the server's own, seen by scope "system" only.
do $$
declare
  scoped record;
begin
  for scoped in
    values
      ('tenants', 'id'),
      ('users', 'tenant_id'),
      ('passwords', 'tenant_id'),
      ('clients', 'tenant_id'),
      ('client_secrets', 'tenant_id'),
      ('grants', 'tenant_id'),
      ('refresh_tokens', 'tenant_id'),
      ('consents', 'tenant_id'),
      ('session_revocations', 'tenant_id'),
      ('audit_entries', 'tenant_id')
  loop
    execute format('alter table %I enable row level security, force row level security', scoped.column1);
    execute format(
      $policy$
        create policy own_tenant on %1$I for all to public
          using (
            %2$I = nullif(current_setting('avian.tenant', true), '')::uuid
            or current_setting('avian.scope', true) = 'system')
          with check (
            %2$I = nullif(current_setting('avian.tenant', true), '')::uuid
            or current_setting('avian.scope', true) = 'system')
      $policy$,
      scoped.column1, scoped.column2);
  end loop;
end $$;
