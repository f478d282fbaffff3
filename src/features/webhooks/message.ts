import { ACTIONS, isAction, type PlacedEntry } from '#src/features/audit/index.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { Call } from '#src/kernel/poster.ts';

type Entry = PlacedEntry['entry'];

/** An entry of the log as others are told of it: every field is there, null where there is nothing to say. */
export function eventOf(entry: Entry) {
  const { actorKind: kind, resourceType, resourceId = null } = entry;
  return {
    type: entry.action,
    timestamp: entry.at.toISOString(),
    data: {
      id: entry.id,
      category: isAction(entry.action) ? ACTIONS[entry.action].category : null,
      outcome: entry.outcome,
      tenant: entry.tenantId ?? null,
      actor: { kind, id: entry.actorId ?? null, tenant: entry.actorTenantId ?? null },
      resource: resourceType === undefined ? null : { type: resourceType, id: resourceId },
      address: entry.address ?? null,
      userAgent: entry.userAgent ?? null,
      requestId: entry.requestId ?? null,
      details: entry.details,
    },
  };
}

/** Signs for receivers, in one signature a secret. */
export type SignEvent = (secret: string, content: string) => string;

/**
 * What a receiver is sent (Standard Webhooks): the entry's id, by which it tells one that it has had; the
 * instant of this try, by which it refuses what somebody kept and sends again; and a signature of both and the
 * body by each secret that is valid.
 */
export function messageOf(
  entry: Entry,
  { url, secrets, now }: { url: string; secrets: readonly string[]; now: Date },
  sign: SignEvent,
): Call {
  const body = JSON.stringify(eventOf(entry));
  const timestamp = String(epochSeconds(now));
  const content = `${entry.id}.${timestamp}.${body}`;
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Avian',
      'webhook-id': entry.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': secrets.map((secret) => sign(secret, content)).join(' '),
    },
  };
}
