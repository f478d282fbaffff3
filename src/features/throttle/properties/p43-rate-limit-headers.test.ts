import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { createBench } from '../bench.ts';
import { headersOf } from '../headers.ts';
import { LIMITS, type LimitName } from '../policies.ts';

const NAMES = Object.keys(LIMITS) as LimitName[];
const PARTS = { account: 'ada@x.test', client: 'flock', caller: 'ada', address: '192.0.2.1' };

const visits = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    gap: fc.oneof(
      { weight: 3, arbitrary: fc.nat(2000) },
      { weight: 2, arbitrary: fc.nat(10 * MINUTE) },
      fc.nat(120 * MINUTE),
    ),
  }),
  { maxLength: 60, size: 'max' },
);

/** `"name";r=1;t=2, …` as it may be read back by name (RFC 9651). */
function read(list: string | undefined): Map<string, Record<string, number>> {
  const members = (list ?? '').split(', ').map((member) => {
    expect(member).toMatch(/^"[a-z-]+"(?:;[a-z]=\d+)+$/);
    const [name = '', ...parameters] = member.split(';');
    const pairs = parameters.map((text) => text.split('=')).map(([k = '', v]) => [k, Number(v)]);
    return [JSON.parse(name) as string, Object.fromEntries(pairs)] as const;
  });
  return new Map(members);
}

property(43, 'Rate Limit Headers', () => {
  it('are on every limited response, and agree with each other', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (steps) => {
        const { throttle, clock } = createBench({ token: 4, global: 6 });
        for (const { name, gap } of steps) {
          clock.pass(gap);
          const { standings, retryAt } = await throttle.take(name, PARTS, {});
          const headers = headersOf(standings, clock.now());
          const policies = read(headers['RateLimit-Policy']);
          const left = read(headers['RateLimit']);
          expect([...policies.keys()]).toEqual(LIMITS[name].policies.map((one) => one.name));
          expect([...left.keys()]).toEqual([...policies.keys()]);
          for (const [key, { r = -1, t = -1 }] of left) {
            const { q = 0, w = 0 } = policies.get(key) ?? {};
            expect(r).toBeLessThanOrEqual(q);
            expect([r >= 0, t >= 0, w > 0]).toEqual([true, true, true]);
          }
          const least = Math.min(...[...left.values()].map(({ r = -1 }) => r));
          expect(headers['X-RateLimit-Remaining']).toBe(String(least));
          expect(headers['X-RateLimit-Limit']).toMatch(/^[1-9]\d*$/);
          const reset = Number(headers['X-RateLimit-Reset']);
          expect(reset).toBeGreaterThanOrEqual(Math.floor(clock.now().getTime() / 1000));
          if (retryAt) expect(least).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never say that more is left before the reset they announced', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (steps) => {
        const { throttle, clock } = createBench({ token: 4, global: 6 });
        const last = new Map<string, { remaining: number; resetAt: Date }>();
        for (const { name, gap } of steps) {
          clock.pass(gap);
          const { standings } = await throttle.take(name, PARTS, {});
          for (const { policy, remaining, resetAt } of standings) {
            const before = last.get(policy.name);
            if (before && clock.now() < before.resetAt)
              expect(remaining, policy.name).toBeLessThanOrEqual(before.remaining);
            last.set(policy.name, { remaining, resetAt });
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('promise truly: at the reset more is left than was said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), fc.array(fc.nat(20_000)), async (name, gaps) => {
        const { throttle, clock } = createBench({ token: 4, global: 6 });
        const take = async () => (await throttle.take(name, PARTS, {})).standings;
        let said = await take();
        for (const gap of gaps) {
          clock.pass(gap);
          said = await take();
        }
        const tightest = said.toSorted(
          (one, other) =>
            one.remaining - other.remaining || Number(other.resetAt) - Number(one.resetAt),
        )[0];
        fc.pre(tightest !== undefined);
        clock.set(tightest.resetAt);
        const now = await take();
        // What has just passed is no longer left.
        expect(Math.min(...now.map((one) => one.remaining)) + 1).toBeGreaterThan(
          tightest.remaining,
        );
      }),
      { numRuns: 200 },
    );
  });
});
