import { Unavailable } from '#src/kernel/faults.ts';

/** How many may share one commit, and how many may wait for theirs. */
export interface GroupLimits {
  readonly together: number;
  readonly waiting: number;
}

interface Waiter<Item> {
  readonly item: Item;
  resolve(): void;
  reject(cause: unknown): void;
}

/**
 * Group commit: items that arrive while one commit is under way share the next.
 *
 * Each caller is told once its own item is committed, or that its commit failed; no item is committed
 * twice, and none is dropped unsaid. Beyond `waiting`, callers are refused at once with `Unavailable`.
 */
export function createGroup<Item>(
  commit: (items: readonly Item[]) => Promise<void>,
  limits: GroupLimits,
): (item: Item) => Promise<void> {
  const waiting: Waiter<Item>[] = [];
  let busy = false;

  async function drain(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, limits.together);
      try {
        await commit(group.map(({ item }) => item));
        for (const waiter of group) waiter.resolve();
      } catch (cause) {
        // Not swallowed: every caller whose item was in this commit hears of it.
        for (const waiter of group) waiter.reject(cause);
      }
    }
    busy = false;
  }

  return (item) => {
    if (waiting.length >= limits.waiting) {
      return Promise.reject(new Unavailable('Too much is waiting to be written.'));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void drain();
    });
  };
}
