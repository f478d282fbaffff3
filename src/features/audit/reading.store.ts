import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Entry } from './entry.ts';

/** Which entries: those that every condition holds of. */
export interface Conditions {
  /** The tenant they concern; without one, the unit must be the whole server's. */
  readonly tenantId?: TenantId;
  readonly from?: Date;
  /** Up to, and without, this instant. */
  readonly to?: Date;
  /** One of these. */
  readonly actions?: readonly string[];
  readonly actor?: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly outcome?: string;
  readonly requestId?: string;
  readonly address?: string;
  /** Did it, or it was done to them. */
  readonly user?: string;
}

/** Where an entry stands among all: by its instant, then its id. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

export function placeOf({ at, id }: Place): Place {
  return { at, id };
}

/** A stretch of the log, the newest first. */
export interface Stretch {
  readonly where: Conditions;
  /** Only what is older than the entry there. */
  readonly after?: Place;
  /** Only the entry there, and what is older. */
  readonly upTo?: Place;
  readonly limit: number;
}

/** How many there are, where the first of them stands, and where the last does if there are more than were counted. */
export interface Extent {
  readonly count: number;
  readonly first?: Place;
  readonly last?: Place;
}

/** What people call a thing: somebody's name and address, a tenant's name and slug, an application's name. */
export interface Name {
  readonly name: string;
  /** Their address, or the tenant's slug. */
  readonly label?: string;
}

/** Ids of which names are wanted. */
export interface Named {
  readonly users: readonly string[];
  readonly tenants: readonly string[];
  readonly clients: readonly string[];
}

export type Names = { readonly [Kind in keyof Named]: ReadonlyMap<string, Name> };

/** What storage owes those who read the log. Row-level security holds every answer to the unit's tenant. */
export interface ReadingStore {
  page(unit: Unit, stretch: Stretch): Promise<readonly Entry[]>;
  find(unit: Unit, id: string): Promise<Entry | undefined>;
  /** Counts to `limit` and no further. */
  extent(unit: Unit, stretch: Stretch): Promise<Extent>;
  /** Those that the unit may know of; applications that all tenants share are among them. */
  names(unit: Unit, ids: Named): Promise<Names>;
  /** Whose address it is, in the unit's tenant. */
  userOf(unit: Unit, email: string): Promise<string | undefined>;
}
