import { isUuid } from '#src/kernel/ids.ts';
import type { Actor } from '#src/kernel/scope.ts';
import { ACTIONS, type Category, isAction } from './catalogue.ts';
import { cleanText } from './clean.ts';
import type { Entry } from './entry.ts';
import type { Name, Named, Names } from './reading.store.ts';

interface ListedTenant {
  readonly id: string;
  readonly slug: string | null;
  readonly name: string | null;
}

/** A person, an application or a tenant by what people call it; `null` for whoever the reader may not know of. */
interface Called {
  readonly name: string | null;
  /** Of a person, their address. */
  readonly email: string | null;
}

/** An entry as it is shown: every field of R9.5 is there, `null` where there is nothing to say (P50). */
export interface ListedEntry {
  readonly id: string;
  readonly at: string;
  readonly category: Category | null;
  readonly action: string;
  readonly outcome: string;
  readonly tenant: ListedTenant | null;
  readonly actor: Called & {
    readonly kind: Actor['kind'];
    readonly id: string | null;
    readonly tenant: ListedTenant | null;
  };
  readonly resource: (Called & { readonly type: string; readonly id: string | null }) | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The ids in the entries that have names, each once. */
export function namedIn(entries: readonly Entry[]): Named {
  const users = new Set<string>();
  const tenants = new Set<string>();
  const clients = new Set<string>();
  const into = new Map([
    ['user', users],
    ['tenant', tenants],
    ['client', clients],
  ]);
  for (const { tenantId, actorKind, actorId, actorTenantId, resourceType, resourceId } of entries) {
    if (tenantId !== undefined) tenants.add(tenantId);
    if (actorTenantId !== undefined) tenants.add(actorTenantId);
    if (actorId !== undefined) into.get(actorKind)?.add(actorId);
    if (resourceType !== undefined && resourceId !== undefined)
      into.get(resourceType)?.add(resourceId);
  }
  return {
    users: [...users].filter(isUuid),
    tenants: [...tenants].filter(isUuid),
    clients: [...clients],
  };
}

export function listedOf(entry: Entry, names: Names): ListedEntry {
  const { actorId = null, resourceType, resourceId = null } = entry;
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    category: isAction(entry.action) ? ACTIONS[entry.action].category : null,
    action: entry.action,
    outcome: entry.outcome,
    tenant: tenantOf(entry.tenantId, names),
    actor: {
      kind: entry.actorKind,
      id: actorId,
      ...called(entry.actorKind, actorId, names),
      tenant: tenantOf(entry.actorTenantId, names),
    },
    resource:
      resourceType === undefined
        ? null
        : { type: resourceType, id: resourceId, ...called(resourceType, resourceId, names) },
    address: entry.address ?? null,
    userAgent: entry.userAgent ?? null,
    requestId: entry.requestId ?? null,
    details: entry.details,
  };
}

function tenantOf(id: string | undefined, { tenants }: Names): ListedTenant | null {
  if (id === undefined) return null;
  const known = tenants.get(id);
  return { id, slug: known?.label ?? null, name: shown(known?.name) };
}

function called(kind: string, id: string | null, names: Names): Called {
  const known = id === null ? undefined : mapOf(kind, names)?.get(id);
  return { name: shown(known?.name), email: kind === 'user' ? shown(known?.label) : null };
}

function mapOf(kind: string, names: Names): ReadonlyMap<string, Name> | undefined {
  if (kind === 'user') return names.users;
  if (kind === 'client') return names.clients;
  return kind === 'tenant' ? names.tenants : undefined;
}

/** Names were typed by people: cleaned as whatever else a stranger sent. */
function shown(text: string | undefined): string | null {
  return text === undefined ? null : cleanText(text, 255);
}
