import type { Unit, Units } from '#src/kernel/unit.ts';
import type { ChainStore, Reach, SealedEntry } from './chain.store.ts';
import { hashOf, type Link, ORIGIN, SERVER_CHAIN } from './chain.ts';
import { SCOPE } from './scope.ts';
import { type AuditKeys, sealAsFound } from './seal.ts';

export interface Linking {
  /**
   * Links what is not linked yet, `limit` entries a round at most, and says how many those were; called
   * by the timetable. Where another process links just now, none.
   */
  link(limit: number): Promise<number>;
}

export interface LinkingDeps {
  readonly units: Units;
  readonly store: ChainStore;
  readonly keys: Pick<AuditKeys, 'mac'>;
}

/**
 * Puts entries into their chains behind the back of those who record, who wait for nobody (ADR 0048).
 *
 * The order is that of transactions, and only of those before the oldest that is still running: so none
 * can come in between later. A round commits whole or not at all, and the next begins where it ended.
 */
export function createLinking({ units, store, keys }: LinkingDeps): Linking {
  return {
    async link(limit) {
      if (!(await units.once(SCOPE, store.hasUnlinked))) return 0;
      return units.run(SCOPE, async (unit) => {
        const reach = await store.takeOn(unit);
        if (!reach) return 0;
        const { entries, upTo } = await next(unit, reach, limit);
        const tails = await store.tails(unit, [...new Set(entries.map(chainOf))]);
        const links = chained(keys, entries, new Map(tails.map((tail) => [tail.tenantId, tail])));
        if (links.length > 0) await store.link(unit, links);
        if (upTo !== undefined) await store.cameTo(unit, upTo);
        return links.length;
      });
    },
  };

  /** Whole transactions, and up to where those are all. */
  async function next(unit: Unit, reach: Reach, limit: number): Promise<Batch> {
    const arrived = reach.unsure ? [] : await store.arrived(unit, reach, limit);
    const isAll = arrived.length < limit;
    if (!reach.unsure && isAll) return { entries: arrived, upTo: reach.to };
    const last = arrived.at(-1)?.tx;
    const whole = arrived.filter(({ tx }) => tx !== last);
    if (whole.length > 0) return { entries: whole, upTo: last };
    const left = await store.leftOver(unit, reach, limit);
    return { entries: left, upTo: left.length < limit ? reach.to : undefined };
  }
}

interface Batch {
  readonly entries: readonly SealedEntry[];
  /** Unknown while there is more that was left over. */
  readonly upTo: number | undefined;
}

function chainOf({ tenantId }: SealedEntry): string {
  return tenantId ?? SERVER_CHAIN;
}

function chained(
  keys: Pick<AuditKeys, 'mac'>,
  entries: readonly SealedEntry[],
  tails: Map<string, { readonly position: number; readonly hash: Buffer }>,
): readonly Link[] {
  return entries.map((entry) => {
    const tenantId = chainOf(entry);
    const { position, hash: before } = tails.get(tenantId) ?? { position: 0, hash: ORIGIN };
    const link = {
      tenantId,
      position: position + 1,
      entryAt: entry.at,
      entryId: entry.id,
      mac: entry.mac ?? sealAsFound(keys, entry),
    };
    const hash = hashOf(keys, before, link);
    tails.set(tenantId, { position: link.position, hash });
    return { ...link, hash };
  });
}
