import { client } from '#src/infra/postgres/units.ts';
import type { Breach, WallTrial } from './canary.ts';

export function createWallTrial(): WallTrial {
  return {
    async breaches(unit, other) {
      const found = await client(unit).query<Breach & Record<string, unknown>>(
        'select wall as "table", way from breached_walls($1)',
        [other],
      );
      return found.rows;
    },
  };
}
