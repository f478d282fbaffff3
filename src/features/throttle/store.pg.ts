import type { Runner } from '#src/infra/ephemeral/postgres.ts';
import { faultOf } from '#src/infra/postgres/errors.ts';
import { LONGEST_WAIT, type RateWindow } from './store.ts';
import { type Answer, readFill } from './window.ts';

const TAKE = `
  select take_rate_windows($1::bigint, $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint) as fills`;

/** Never waits for a row, so it stands in nobody's way. */
const SWEEP = `
  with due as materialized (
    select key_digest from rate_windows where expires_at <= $1 order by expires_at
    limit $2::int for update skip locked)
  delete from rate_windows using due where rate_windows.key_digest = due.key_digest`;

/** Windows in Postgres, where no Redis is (D7): one function, one round trip, a lock on each row. */
export function createPostgresWindow({ run }: { readonly run: Runner }): RateWindow {
  async function ask<Row extends object>(text: string, ...values: unknown[]) {
    try {
      return await run.query<Row>(text, values);
    } catch (error) {
      throw faultOf(error);
    }
  }

  return {
    async take(_slot, buckets, now) {
      const { rows } = await ask<{ fills: readonly Answer[] }>(
        TAKE,
        now.getTime(),
        buckets.map(({ key }) => key),
        buckets.map(({ window }) => window),
        buckets.map(({ limit }) => limit),
        buckets.map(({ base }) => base),
        LONGEST_WAIT,
      );
      const [row] = rows;
      if (!row) throw new TypeError('A function answered with no row');
      return row.fills.map((answer) => readFill(answer, now));
    },
    async sweep(now, limit) {
      await ask(SWEEP, now, limit);
    },
  };
}
