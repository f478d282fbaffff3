import { type Clock, later } from '#src/kernel/clock.ts';

export interface CacheLimits {
  readonly ttl: number;
  readonly most: number;
}

/**
 * Remembers what was found for a while, and never that nothing was: what is made is there at once.
 *
 * Callers who ask for the same key while it is being fetched wait for one and the same fetch; one that
 * fails is everyone's failure and nobody's memory. Bounded: the one fetched longest ago makes room.
 */
export function createCache<Value>(
  fetch: (key: string) => Promise<Value | undefined>,
  clock: Clock,
  { ttl, most }: CacheLimits,
): (key: string) => Promise<Value | undefined> {
  const kept = new Map<string, { readonly value: Value; readonly until: Date }>();
  const underWay = new Map<string, Promise<Value | undefined>>();

  function keep(key: string, value: Value): void {
    kept.delete(key);
    kept.set(key, { value, until: later(clock.now(), ttl) });
    const oldest = kept.keys().next();
    if (kept.size > most && !oldest.done) kept.delete(oldest.value);
  }

  async function load(key: string): Promise<Value | undefined> {
    try {
      const value = await fetch(key);
      if (value === undefined) kept.delete(key);
      else keep(key, value);
      return value;
    } finally {
      underWay.delete(key);
    }
  }

  return async (key) => {
    const known = kept.get(key);
    if (known && clock.now() < known.until) return known.value;
    const running = underWay.get(key) ?? load(key);
    underWay.set(key, running);
    return running;
  };
}
