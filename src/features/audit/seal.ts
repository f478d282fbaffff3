import type { Entry } from './entry.ts';

/** The audit log's keys: what they make, only they can make. */
export interface AuditKeys {
  mac(purpose: string, text: string): Buffer;
  sign(text: string): Buffer;
  verify(text: string, signature: Uint8Array): boolean;
  readonly publicKey: string;
}

/** An entry as it lies in the log: an instant to the microsecond, nulls where there is nothing to say. */
export type StoredEntry = {
  readonly [Name in Always]: string;
} & {
  readonly [Name in Exclude<keyof Entry, 'details' | Always>]: string | null;
} & { readonly details: unknown };

type Always = 'id' | 'at' | 'actorKind' | 'action' | 'outcome';

/** Of an entry about to be written. */
export function sealOf(keys: Pick<AuditKeys, 'mac'>, entry: Entry): Buffer {
  // The log keeps microseconds, and a change of one is a change.
  return keys.mac('entry', textOf(entry, entry.at.toISOString().replace('Z', '000Z')));
}

/** Of an entry that was read: the same as when it was written, if nothing of it has changed. */
export function sealOfStored(keys: Pick<AuditKeys, 'mac'>, entry: StoredEntry): Buffer {
  return keys.mac('entry', textOf(entry, entry.at));
}

/** Of an entry without a seal, as its link found it: of another kind, so that no seal can be taken away unseen. */
export function sealAsFound(keys: Pick<AuditKeys, 'mac'>, entry: StoredEntry): Buffer {
  return keys.mac('entry as found', textOf(entry, entry.at));
}

/** All that an entry says, as JSON with its names sorted, in which nothing is left out. */
function textOf(entry: Omit<Entry, 'at'> | StoredEntry, at: string): string {
  return JSON.stringify({
    action: entry.action,
    actorId: entry.actorId ?? null,
    actorKind: entry.actorKind,
    actorTenantId: entry.actorTenantId ?? null,
    address: entry.address ?? null,
    at,
    details: sorted(entry.details),
    id: entry.id,
    outcome: entry.outcome,
    requestId: entry.requestId ?? null,
    resourceId: entry.resourceId ?? null,
    resourceType: entry.resourceType ?? null,
    tenantId: entry.tenantId ?? null,
    userAgent: entry.userAgent ?? null,
  });
}

/** JSON in one order of its names: Postgres keeps another than they came in. */
export function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(Reflect.get(value, name))]));
}
