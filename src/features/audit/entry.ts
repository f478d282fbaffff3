import { isUuid } from '#src/kernel/ids.ts';
import { type Actor, actorOf, originOf, type Scope, tenantOf } from '#src/kernel/scope.ts';
import { cleanDetails, cleanText } from './clean.ts';
import type { AuditEvent } from './event.ts';

/** One line of the audit log: all of R9.5 (P50), `undefined` where there is nothing to say. */
export interface Entry {
  readonly id: string;
  readonly at: Date;
  readonly tenantId: string | undefined;
  readonly actorKind: Actor['kind'];
  readonly actorId: string | undefined;
  readonly actorTenantId: string | undefined;
  readonly action: string;
  readonly outcome: string;
  readonly resourceType: string | undefined;
  readonly resourceId: string | undefined;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the room knows by itself. */
export interface Circumstance {
  readonly id: string;
  readonly at: Date;
  readonly scope: Scope;
}

const WORD = 100;
const ID = 255;

/** The entry of an event: cleaned, bounded, and therefore always writable. */
export function entryOf(event: AuditEvent, { id, at, scope }: Circumstance): Entry {
  const by = 'by' in scope ? scope.by : undefined;
  const { actor = actorOf(scope), origin = originOf(scope), resource } = event;
  const reason = by?.reason !== undefined && { operatorReason: by.reason };
  return {
    id,
    at,
    tenantId: uuidOf(event.tenantId ?? tenantOf(scope)),
    actorKind: actor.kind,
    actorId: textOf(actor.kind === 'visitor' ? undefined : actor.id, ID),
    actorTenantId: uuidOf('tenantId' in actor ? actor.tenantId : undefined),
    action: cleanText(event.action, WORD),
    outcome: cleanText(event.outcome, WORD),
    resourceType: textOf(resource?.type, WORD),
    resourceId: textOf(resource?.id, ID),
    address: textOf(origin?.address, WORD),
    userAgent: textOf(origin?.userAgent, 512),
    requestId: textOf(origin?.requestId, WORD),
    details: cleanDetails({ ...reason, ...event.details }),
  };
}

function textOf(text: string | undefined, limit: number): string | undefined {
  return text === undefined ? undefined : cleanText(text, limit);
}

function uuidOf(text: string | undefined): string | undefined {
  return text !== undefined && isUuid(text) ? text : undefined;
}
