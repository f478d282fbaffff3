/** Every fault found in a draft, by the field it is in: `redirectUris.1` is the second of them. */
export class Faults {
  readonly found: Record<string, string> = {};

  /** Notes a fault; the first of a field stands. */
  add(field: string, fault: string | undefined): void {
    if (fault !== undefined) this.found[field] ??= fault;
  }

  /** Notes the fault of each item that has one. */
  each(
    field: string,
    items: readonly string[],
    faultOf: (item: string) => string | undefined,
  ): void {
    for (const [at, item] of items.entries()) this.add(`${field}.${at}`, faultOf(item));
    if (items.length > MOST_ITEMS) this.add(field, `At most ${MOST_ITEMS}, please.`);
  }
}

const MOST_ITEMS = 100;
