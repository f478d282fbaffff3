-- The partitioned tables of schema/audit.ts are made in audit_chain_walls; their snapshot is this one's.
CREATE TABLE "audit_linking" (
	"up_to" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_tombstones" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"first" bigint NOT NULL,
	"last" bigint NOT NULL,
	"before" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"signature" "bytea" NOT NULL,
	CONSTRAINT "audit_tombstones_pkey" PRIMARY KEY("tenant_id","first")
);
--> statement-breakpoint
DROP INDEX "audit_entries_tenant_id_at_idx";--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "mac" "bytea";--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "tx" bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_entries_tenant_id_at_id_idx" ON "audit_entries" USING btree ("tenant_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_entries_actor_id_at_idx" ON "audit_entries" USING btree ("actor_id","at");--> statement-breakpoint
CREATE INDEX "audit_entries_resource_id_at_idx" ON "audit_entries" USING btree ("resource_id","at");--> statement-breakpoint
CREATE INDEX "audit_entries_tx_id_idx" ON "audit_entries" USING btree ("tx","id");