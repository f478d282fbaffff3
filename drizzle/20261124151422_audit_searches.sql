-- What the audit log is searched by, beside time, tenant, action, actor and resource: without these, looking for
-- what is rare reads everything. Most outcomes are "success", which nobody has to search for.
create index "audit_entries_id_idx" on "audit_entries" using btree ("id");
--> statement-breakpoint
create index "audit_entries_request_id_idx" on "audit_entries" using btree ("request_id") where "request_id" is not null;
--> statement-breakpoint
create index "audit_entries_address_at_idx" on "audit_entries" using btree ("address", "at") where "address" is not null;
--> statement-breakpoint
create index "audit_entries_outcome_at_idx" on "audit_entries" using btree ("outcome", "at") where "outcome" <> 'success';
