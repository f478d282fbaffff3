CREATE TABLE "resources" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"identifier" text NOT NULL,
	"name" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "resources_tenant_id_identifier_key" UNIQUE NULLS NOT DISTINCT("tenant_id","identifier"),
	CONSTRAINT "resources_identifier_check" CHECK ("resources"."identifier" <> 'urn:avian:api')
);
--> statement-breakpoint
ALTER TABLE "resources" ADD CONSTRAINT "resources_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;