-- What the product does, and nothing beyond: no privilege here, no such statement, whatever the code says.
-- Columns are named where a row may change but not move: its id, its tenant and its age stay.
grant usage on schema public to avian_app;
--> statement-breakpoint
grant select, insert, update (name, status, updated_at) on tenants to avian_app;
--> statement-breakpoint
grant select, insert,
  update (email, name, role, status, email_verified_at, sessions_valid_from, updated_at)
  on users to avian_app;
--> statement-breakpoint
grant select, insert, update (hash, changed_at) on passwords to avian_app;
--> statement-breakpoint
grant select, insert, update (status, updated_at) on clients to avian_app;
--> statement-breakpoint
grant select, insert on client_secrets to avian_app;
--> statement-breakpoint
grant select, insert, update (payload, expires_at), delete on grants to avian_app;
--> statement-breakpoint
grant select, insert, update (payload, expires_at, spent_at), delete on refresh_tokens to avian_app;
--> statement-breakpoint
grant select, insert, update (scopes, claims, resources, updated_at), delete on consents to avian_app;
--> statement-breakpoint
grant select, insert, delete on session_revocations to avian_app;
--> statement-breakpoint
grant select, insert on audit_entries to avian_app;
--> statement-breakpoint
grant select, insert, update (state, changed_at) on signing_keys to avian_app;
--> statement-breakpoint
grant select, insert on server_secrets to avian_app;
--> statement-breakpoint
grant select, insert, update, delete on ephemeral_entries, ephemeral_indexes to avian_app;
