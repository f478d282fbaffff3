-- The role that serves requests (ADR 0005): it owns nothing, cannot log in, cannot pass row-level
-- security. Every unit of work takes it on for its transaction. Where an administrator made it
-- beforehand it is left as it is, but it must not pass row-level security.
-- Roles belong to the whole server, so another database's migration may make it at this very moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'avian_app') then
    begin
      create role avian_app nologin noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;

  if exists (select from pg_roles where rolname = 'avian_app' and (rolsuper or rolbypassrls)) then
    raise exception 'The role avian_app passes row-level security'
      using errcode = 'insufficient_privilege',
            hint = 'alter role avian_app nosuperuser nobypassrls';
  end if;
end $$;
--> statement-breakpoint
-- The login that migrates may serve as well (one DATABASE_URL), so it must be able to take the role on.
-- Being a superuser it can anyway; being the role's maker it may grant it to itself. Otherwise an
-- administrator decides, and a login that only migrates needs no such grant.
do $$
declare
  able boolean;
begin
  if current_setting('server_version_num')::int >= 160000 then
    execute $q$ select pg_has_role(current_user, 'avian_app', 'SET') $q$ into able;
  else
    able := pg_has_role(current_user, 'avian_app', 'MEMBER');
  end if;

  if not able then
    begin
      execute format('grant avian_app to %I', current_user);
    exception when insufficient_privilege then
      raise warning 'The login % cannot take on the role avian_app', current_user
        using hint = format('To serve with this login: grant avian_app to %I', current_user);
    end;
  end if;
end $$;
