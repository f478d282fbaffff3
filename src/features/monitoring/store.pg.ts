import { client } from '#src/infra/postgres/units.ts';
import type { Reachability } from './store.ts';

export function createReachability(): Reachability {
  return {
    async ask(unit) {
      await client(unit).query('select 1');
    },
  };
}
