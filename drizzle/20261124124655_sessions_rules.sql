ALTER TABLE "tenants" ADD COLUMN "session_limit" integer;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "session_watch" text[] DEFAULT '{"browser-changed","refresh-token-reused","two-places"}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_session_limit_check" CHECK ("tenants"."session_limit" between 1 and 100);--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_session_watch_check" CHECK ("tenants"."session_watch" <@ array['browser-changed', 'refresh-token-reused', 'two-places']);