import { type Clock, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { ChainStore } from './chain.store.ts';
import { type Head, signHead, writeHead } from './chain.ts';
import { SCOPE } from './scope.ts';
import type { AuditKeys } from './seal.ts';

export interface Heads {
  /** Signs the ends of the chains that have grown, each once a minute at most, and says them to the log; called by the timetable. */
  sign(logger: Pick<Logger, 'info'>): Promise<readonly Head[]>;
  /** Hands the newest heads of the last hour to whoever sends them out; called by the timetable. */
  sendOut(send: (unit: Unit, heads: readonly string[]) => Promise<unknown>): Promise<void>;
}

export interface HeadsDeps {
  readonly units: Units;
  readonly store: ChainStore;
  readonly keys: AuditKeys;
  readonly clock: Clock;
}

/**
 * Signed heads: what somebody else can hold against the log. They are kept, but what counts is that they
 * leave: whoever rules the database can cut a chain's end off with its heads, and not what was sent out.
 */
export function createHeads({ units, store, keys, clock }: HeadsDeps): Heads {
  return {
    async sign(logger) {
      const now = clock.now();
      const signed = await units.run(SCOPE, async (unit) => {
        await store.lock(unit, 'heads');
        const tails = await store.unsigned(unit, later(now, -MINUTE));
        const heads = tails.map((tail) => signHead(keys, tail, now));
        await store.addHeads(unit, heads);
        return heads;
      });
      for (const head of signed) {
        const { tenantId, position } = head;
        logger.info({ tenantId, position, head: writeHead(head) }, 'audit head');
      }
      return signed;
    },

    async sendOut(send) {
      await units.run(SCOPE, async (unit) => {
        const heads = await store.newestHeads(unit, later(clock.now(), -HOUR));
        if (heads.length > 0) await send(unit, heads.map(writeHead));
      });
    },
  };
}
