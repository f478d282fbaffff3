import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { createBench } from '../bench.ts';
import { LIMITS, type LimitName } from '../policies.ts';

/** Limits of one policy: there, a wait is that policy's alone. */
const SINGLE = (Object.keys(LIMITS) as LimitName[]).filter(
  (name) => LIMITS[name].policies.length === 1,
);
const PARTS = { account: 'ada@x.test', client: 'flock', caller: 'ada', address: '192.0.2.1' };

/** A limit that is used up, and how long each request beyond it is told to wait. */
async function exhausted(name: LimitName) {
  const bench = createBench({ token: 3, api: 3, 'api-refused': 3, global: 3, registration: 3 });
  const { policies } = LIMITS[name];
  const { window, base } = policies[0];
  for (let count = 0; count < 3; count += 1) await bench.throttle.take(name, PARTS, {});
  const full = later(bench.clock.now(), window);
  const wait = async () => {
    const { retryAt } = await bench.throttle.take(name, PARTS, {});
    return (retryAt?.getTime() ?? Number.NaN) - bench.clock.now().getTime();
  };
  return { ...bench, window, base, full, wait };
}

const waitOf = (base: number, k: number) => Math.min(2 ** k * base, HOUR);

property(44, 'Exponential Backoff', () => {
  it('makes the k-th violation in a row wait min(2^k × base, an hour), or until there is room if that is later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SINGLE),
        fc.integer({ min: 1, max: 20 }),
        async (name, violations) => {
          const { clock, base, wait, passes, full, window } = await exhausted(name);
          let roomAt = full;
          for (let k = 1; k <= violations; k += 1) {
            const closed = waitOf(base, k);
            const room = roomAt.getTime() - clock.now().getTime();
            expect(await wait()).toBe(Math.max(closed, room));
            clock.pass(closed);
            // Once there is room, it is used up at once.
            if (clock.now() >= roomAt) {
              for (let count = 0; count < 3; count += 1)
                expect(await passes(name, PARTS)).toBe(true);
              roomAt = later(clock.now(), window);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is not made longer by requests that come during the wait, however many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SINGLE),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 9 }),
        async (name, gaps) => {
          const { clock, wait } = await exhausted(name);
          const until = later(clock.now(), await wait());
          for (const gap of gaps) {
            clock.pass(gap);
            expect(later(clock.now(), await wait())).toEqual(until);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('begins anew after a window without a violation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SINGLE),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(HOUR),
        async (name, violations, more) => {
          const { clock, base, window, wait, passes } = await exhausted(name);
          for (let k = 1; k <= violations; k += 1) {
            // Whatever room there is at the end of a wait is used up, until the next is refused.
            while (await passes(name, PARTS));
            clock.pass(waitOf(base, k));
          }
          clock.pass(window + more);
          for (let count = 0; count < 3; count += 1) expect(await passes(name, PARTS)).toBe(true);
          expect(await wait()).toBe(Math.max(waitOf(base, 1), window));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets whoever waits as long as told pass, however often they went beyond', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(LIMITS) as LimitName[])),
        fc.array(fc.nat(HOUR), { minLength: 1, maxLength: 40 }),
        async (name, gaps) => {
          const { clock, throttle, passes } = createBench({ token: 3, global: 3 });
          for (const gap of gaps) {
            clock.pass(gap % 3 === 0 ? gap : gap % 1000);
            await throttle.take(name, PARTS, {});
          }
          const { retryAt } = await throttle.take(name, PARTS, {});
          fc.pre(retryAt !== undefined);
          clock.set(retryAt);
          expect(await passes(name, PARTS)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
