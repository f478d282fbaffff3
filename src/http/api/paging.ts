import { z } from 'zod';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';

const MOST = 100;
const USUAL = 50;
const LONGEST_CURSOR = 2048;

/** What every list is asked with: to be spread into its `query`. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST)
    .default(USUAL)
    .meta({ description: 'How many at most.' }),
  cursor: z
    .string()
    .max(LONGEST_CURSOR)
    .optional()
    .meta({ description: 'The `next` of the page before; the first page without it.' }),
};

/** The shape of a list's answer. */
export function pageAnswer<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .optional()
      .meta({ description: 'The next page’s `cursor`; none on the last.' }),
  });
}

/** A list's answer. */
export function pageOf<Item>(items: readonly Item[], next: string | undefined) {
  return { items, ...(next !== undefined && { next }) };
}

/** Where a list goes on. */
export interface Cursors {
  /** Names the place behind `position`, the sort key of a page's last item, in a list of this kind. */
  write(scope: AdminScope, kind: string, position: readonly string[]): string;
  /**
   * The position that was written for the same tenant (or the whole server) and kind. `InvalidInput` for
   * whatever else: what it says goes into a query's conditions (security case 161).
   */
  read(scope: AdminScope, kind: string, cursor: string): readonly string[];
}

/** Cursors that show their position, and are signed with the tenant, the kind and the position together. */
export function createCursors({ digest }: { readonly digest: Digest }): Cursors {
  const sign = (scope: AdminScope, kind: string, place: string) =>
    digest.of('cursor', JSON.stringify([scope.kind, tenantOf(scope) ?? null, kind, place]));
  // Digests of digests: how far two texts agree cannot be seen from how long comparing them takes.
  const isSame = (one: string, other: string) =>
    digest.of('cursor-equal', one) === digest.of('cursor-equal', other);

  return {
    write(scope, kind, position) {
      const place = Buffer.from(JSON.stringify(position)).toString('base64url');
      return `${place}.${sign(scope, kind, place)}`;
    },
    read(scope, kind, cursor) {
      const end = cursor.lastIndexOf('.');
      const place = cursor.slice(0, Math.max(end, 0));
      if (!isSame(cursor.slice(end + 1), sign(scope, kind, place))) throw unknownCursor();
      return JSON.parse(Buffer.from(place, 'base64url').toString()) as readonly string[];
    },
  };
}

function unknownCursor(): InvalidInput {
  const cursor = 'Use the `next` of a page of this list, as it is.';
  return new InvalidInput('That cursor isn’t of this list.', { cursor });
}
