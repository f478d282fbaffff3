CREATE TABLE "rate_windows" (
	"key_digest" text PRIMARY KEY NOT NULL,
	"passed" bigint[] NOT NULL,
	"violations" integer NOT NULL,
	"closed_until" bigint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "rate_windows_expires_at_idx" ON "rate_windows" USING btree ("expires_at");