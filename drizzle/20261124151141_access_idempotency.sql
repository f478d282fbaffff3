CREATE TABLE "idempotency_keys" (
	"tenant_id" uuid NOT NULL,
	"caller_digest" text NOT NULL,
	"key_digest" text NOT NULL,
	"request_digest" text NOT NULL,
	"state" text NOT NULL,
	"answer_sealed" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_tenant_id_caller_digest_key_digest_pk" PRIMARY KEY("tenant_id","caller_digest","key_digest")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys" USING btree ("expires_at");