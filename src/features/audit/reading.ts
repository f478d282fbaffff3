import { isUuid } from '#src/kernel/ids.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type Action, actionsOf, type Category } from './catalogue.ts';
import type { Entry } from './entry.ts';
import type { AuditEvent } from './event.ts';
import { type ListedEntry, listedOf, namedIn } from './listed.ts';
import { type Conditions, type Place, placeOf, type ReadingStore } from './reading.store.ts';
import type { Audit } from './service.ts';

/** Which entries somebody wants to see; all, without any of these. */
export interface Filter extends Omit<Conditions, 'tenantId' | 'actions'> {
  readonly actions?: readonly Action[];
  readonly category?: Category;
  /** Who did it or whom it was done to: their id, or their address. */
  readonly user?: string;
}

export interface Search {
  readonly filter: Filter;
  readonly limit: number;
  readonly after?: Place;
}

/** A page, and the place behind it if there is more. */
export interface Page {
  readonly items: readonly ListedEntry[];
  readonly next?: Place;
}

export interface AuditReading {
  /**
   * The entries that the filter leaves, of the scope's tenant or, for an operator, of the whole server, the
   * newest first. Entries that are written meanwhile move no page. That they were read is an entry of its own,
   * in the same unit (R9.3, P48).
   */
  search(scope: AdminScope, search: Search): Promise<Page>;
  /** One entry; that it was read, or that there is none, is an entry too. */
  find(scope: AdminScope, id: string): Promise<ListedEntry | undefined>;
}

export interface ReadingDeps {
  readonly units: Units;
  readonly store: ReadingStore;
  readonly audit: Pick<Audit, 'record'>;
}

export function createAuditReading({ units, store, audit }: ReadingDeps): AuditReading {
  return {
    search: (scope, { filter, limit, after }) =>
      units.run(scope, async (unit) => {
        const where = await conditionsOf(unit, filter, store);
        const found = await store.page(unit, { where, limit: limit + 1, ...(after && { after }) });
        const page = found.slice(0, limit);
        const items = await listed(unit, page, store);
        await audit.record(
          unit,
          readingOf('audit.read', where, { filter, after, count: items.length }),
        );
        const last = page.at(-1);
        return { items, ...(found.length > limit && last && { next: placeOf(last) }) };
      }),

    find: (scope, id) =>
      units.run(scope, async (unit) => {
        const found = isUuid(id) ? await store.find(unit, id) : undefined;
        await audit.record(unit, {
          action: 'audit.read',
          outcome: found ? 'success' : 'not-found',
          resource: { type: 'audit-entry', id },
          details: { count: found ? 1 : 0 },
        });
        return found && (await listed(unit, [found], store))[0];
      }),
  };
}

/** Entries with the names of whom they are about, as far as the unit may know them. */
export async function listed(
  unit: Unit,
  entries: readonly Entry[],
  store: Pick<ReadingStore, 'names'>,
): Promise<readonly ListedEntry[]> {
  if (entries.length === 0) return [];
  const names = await store.names(unit, namedIn(entries));
  return entries.map((entry) => listedOf(entry, names));
}

/** The filter as the store knows it, confined to the unit's own tenant. */
export async function conditionsOf(
  unit: Unit,
  { actions, category, user, ...rest }: Filter,
  store: Pick<ReadingStore, 'userOf'>,
): Promise<Conditions> {
  const wanted = actionsIn(actions, category);
  const tenantId = tenantOf(unit.scope);
  return {
    ...rest,
    ...(tenantId !== undefined && { tenantId }),
    ...(wanted && { actions: wanted }),
    ...(user !== undefined && { user: await userIdOf(unit, user, store) }),
  };
}

/** Of an address that is nobody's there are no entries, and none has it for an id. */
async function userIdOf(
  unit: Unit,
  user: string,
  store: Pick<ReadingStore, 'userOf'>,
): Promise<string> {
  const email = normaliseEmail(user);
  return (email !== undefined && (await store.userOf(unit, email))) || user;
}

function actionsIn(
  actions: readonly Action[] | undefined,
  category: Category | undefined,
): readonly Action[] | undefined {
  if (category === undefined) return actions;
  const within = actionsOf(category);
  return actions ? actions.filter((action) => within.includes(action)) : within;
}

/** That somebody read entries: which and how many, and whose if it was one person's. */
export function readingOf(
  action: 'audit.read' | 'audit.exported',
  { user, tenantId }: Conditions,
  { filter, after, ...rest }: Details,
): AuditEvent {
  const whose = user !== undefined && isUuid(user) ? { type: 'user', id: user } : undefined;
  const resource = whose ?? (tenantId && { type: 'tenant', id: tenantId });
  return {
    action,
    outcome: 'success',
    ...(resource && { resource }),
    details: { filter, ...(after && { before: after }), ...rest },
  };
}

interface Details {
  readonly filter: Filter;
  readonly after: Place | undefined;
  readonly count: number;
  readonly [more: string]: unknown;
}
