import type { RedisClient } from '#src/infra/redis/client.ts';
import { createKeys } from '#src/infra/redis/keys.ts';
import { loadTransaction } from '#src/infra/redis/scripts.ts';
import { LONGEST_WAIT, type RateWindow } from './store.ts';
import { type Answer, readFill } from './window.ts';

export interface RedisWindowParts {
  readonly redis: RedisClient;
  /** Keeps windows on one server apart. */
  readonly namespace?: string;
}

/** Windows in Redis: a list of instants each, and beside it, after a violation, when it opens again. */
export function createRedisWindow({ redis, namespace }: RedisWindowParts): RateWindow {
  const log = createKeys('throttle', 'log', namespace);
  const closure = createKeys('throttle', 'closure', namespace);
  const judge = loadTransaction(redis, 'throttle-take');

  return {
    async take(slot, buckets, now) {
      const keys = buckets.flatMap(({ key }) => [`${log(slot)}:${key}`, `${closure(slot)}:${key}`]);
      const terms = buckets.flatMap(({ window, limit, base }) => [window, limit, base]);
      const answers = await judge(keys, [now.getTime(), LONGEST_WAIT, ...terms]);
      return (answers as readonly Answer[]).map((answer) => readFill(answer, now));
    },
    sweep: async () => undefined,
  };
}
