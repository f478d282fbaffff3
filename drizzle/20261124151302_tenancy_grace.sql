-- Generated, then read. The key of "consents" names the tenant from here on, so that no tenant is told by a
-- conflict what another's people allowed. A node of the version before that writes a consent on this schema is
-- refused: stop those nodes first, or let the person allow the application once more.
ALTER TABLE "tenants" DROP CONSTRAINT "tenants_status_check";--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "suspended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "deletes_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "consents_client_id_idx" ON "consents" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "tenants_deletes_at_idx" ON "tenants" USING btree ("deletes_at");--> statement-breakpoint
ALTER TABLE "consents" DROP CONSTRAINT "consents_pkey";
--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_pkey" PRIMARY KEY("user_id","client_id","tenant_id");--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_deletes_at_check" CHECK (("tenants"."status" = 'deleting') = ("tenants"."deletes_at" is not null));--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_operator_check" CHECK (not "tenants"."operator" or "tenants"."status" = 'active');--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_status_check" CHECK ("tenants"."status" in ('active', 'suspended', 'deleting'));