import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { createBench, mostWithin } from '../bench.ts';

const CLIENTS = ['flock', 'wing', ''];

const visit = fc.record({
  client: fc.constantFrom(...CLIENTS),
  gap: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 70_000 })),
  atOnce: fc.integer({ min: 1, max: 40 }),
});

property(41, 'API Rate Limiting', () => {
  it('lets at most as many requests pass in any minute as configured, however clients interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(visit, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom('token' as const, 'api' as const),
        async (visits, limit, name) => {
          const { clock, passes } = createBench({ [name]: limit });
          const passed = new Map(CLIENTS.map((client) => [client, [] as number[]]));
          for (const { client, gap, atOnce } of visits) {
            clock.pass(gap);
            const crowd = Array.from({ length: atOnce }, () =>
              passes(name, { client, caller: client, address: '192.0.2.1' }),
            );
            const count = (await Promise.all(crowd)).filter(Boolean).length;
            passed.get(client)?.push(...Array<number>(count).fill(clock.now().getTime()));
          }
          for (const times of passed.values())
            expect(mostWithin(times, MINUTE)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('lets exactly as many of one moment pass as configured, each client its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.shuffledSubarray(CLIENTS, { minLength: 1 }),
        fc.constantFrom('token' as const, 'api' as const),
        async (limit, clients, name) => {
          const { passes } = createBench({ [name]: limit });
          const crowd = Array.from({ length: 60 * clients.length }, async (_, turn) => {
            const client = clients[turn % clients.length] ?? '';
            return (await passes(name, { client, caller: client, address: '192.0.2.1' }))
              ? [client]
              : [];
          });
          const passed = (await Promise.all(crowd)).flat();
          for (const client of clients)
            expect(passed.filter((one) => one === client)).toHaveLength(limit);
        },
      ),
      { numRuns: 50 },
    );
  });
});
