import { type Clock, later } from '#src/kernel/clock.ts';

export interface CacheLimits {
  readonly ttl: number;
  readonly most: number;
}

export interface Cache<Value> {
  get(key: string): Promise<Value | undefined>;
  /** Fetches it anew the next time; a fetch that is under way is not kept either. */
  forget(key: string): void;
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
): Cache<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: Date }>();
  const underWay = new Map<string, Fetch<Value>>();

  function keep(key: string, value: Value): void {
    kept.delete(key);
    kept.set(key, { value, until: later(clock.now(), ttl) });
    const oldest = kept.keys().next();
    if (kept.size > most && !oldest.done) kept.delete(oldest.value);
  }

  async function load(key: string, of: Fetch<Value>): Promise<Value | undefined> {
    const isCurrent = () => underWay.get(key) === of;
    try {
      const value = await fetch(key);
      if (value === undefined) kept.delete(key);
      else if (isCurrent()) keep(key, value);
      return value;
    } finally {
      if (isCurrent()) underWay.delete(key);
    }
  }

  function begin(key: string): Fetch<Value> {
    const begun: Fetch<Value> = {};
    underWay.set(key, begun);
    begun.value = load(key, begun);
    return begun;
  }

  return {
    async get(key) {
      const known = kept.get(key);
      if (known && clock.now() < known.until) return known.value;
      return (underWay.get(key) ?? begin(key)).value;
    },
    forget(key) {
      kept.delete(key);
      underWay.delete(key);
    },
  };
}

interface Fetch<Value> {
  value?: Promise<Value | undefined>;
}
