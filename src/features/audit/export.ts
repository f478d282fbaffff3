import { Readable } from 'node:stream';
import type { Clock } from '#src/kernel/clock.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { type Format, writerOf } from './formats.ts';
import { type Place, placeOf, type ReadingStore, type Stretch } from './reading.store.ts';
import { conditionsOf, type Filter, listed, readingOf } from './reading.ts';
import type { Audit } from './service.ts';

export interface AuditExport {
  /**
   * The entries that the filter leaves, as a file that is made while it is read: the newest first, at most
   * `EXPORT_MOST`, none that is written after this. `next` is the place behind the last of them if there is more.
   *
   * No unit stays open while whoever asked takes their time. Before anything is given away, that it is given
   * away is in the log (R9.3, P48).
   */
  take(scope: AdminScope, order: ExportOrder): Promise<Taken>;
}

export interface ExportOrder {
  readonly filter: Filter;
  readonly format: Format;
  readonly after?: Place;
}

export interface Taken {
  readonly content: Readable;
  readonly count: number;
  /** When it was asked for. */
  readonly at: Date;
  readonly next?: Place;
}

export interface ExportDeps {
  readonly units: Units;
  readonly store: ReadingStore;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly limits?: ExportLimits;
}

/** How many entries a file holds at most, and how many are fetched at once. */
export interface ExportLimits {
  readonly most: number;
  readonly batch: number;
}

export const EXPORT_MOST = 50_000;

const LIMITS: ExportLimits = { most: EXPORT_MOST, batch: 500 };

export function createAuditExport(deps: ExportDeps): AuditExport {
  const { units, store, audit, clock, limits = LIMITS } = deps;

  /** Each batch is a unit of its own, opened when the one before has been taken. */
  async function* pieces(
    scope: AdminScope,
    format: Format,
    window: Window,
  ): AsyncGenerator<string> {
    const { head, line } = writerOf(format);
    if (head !== '') yield head;
    let { left, after } = window;
    while (left > 0) {
      const limit = Math.min(left, limits.batch);
      const stretch = { ...window, limit, ...(after && { after }) };
      const { items, last } = await units.run(scope, async (unit) => {
        const page = await store.page(unit, stretch);
        return { items: await listed(unit, page, store), last: page.at(-1) };
      });
      if (!last) return;
      yield items.map(line).join('');
      after = placeOf(last);
      left -= items.length;
    }
  }

  return {
    take: (scope, { filter, format, after }) =>
      units.run(scope, async (unit) => {
        const where = await conditionsOf(unit, filter, store);
        const begin = after ? { after } : {};
        const { count, first, last } = await store.extent(unit, {
          where,
          ...begin,
          limit: limits.most,
        });
        const taken = { filter, after, count, format, isCapped: last !== undefined };
        await audit.record(unit, readingOf('audit.exported', where, taken));
        const window = { where, ...begin, ...(first && { upTo: first }), left: count };
        return {
          content: Readable.from(pieces(scope, format, window), { highWaterMark: 1 }),
          ...{ count, at: clock.now() },
          ...(last && { next: last }),
        };
      }),
  };
}

interface Window extends Omit<Stretch, 'limit'> {
  readonly left: number;
}
