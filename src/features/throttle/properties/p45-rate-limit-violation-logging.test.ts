import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { createBench } from '../bench.ts';
import { LIMITS, type LimitName, type Policy } from '../policies.ts';

const NAMES = Object.keys(LIMITS) as LimitName[];
const POLICIES: readonly Policy[] = Object.values(LIMITS).flatMap<Policy>(
  ({ policies }) => policies,
);
const CLIENT = 'flock-client-9';
const PEOPLE = ['ada@x.test', 'bob@x.test'];
const PLACES = ['192.0.2.1', '2001:db8::1'];

const visits = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    account: fc.constantFrom(...PEOPLE),
    address: fc.constantFrom(...PLACES),
    gap: fc.oneof({ weight: 4, arbitrary: fc.nat(3000) }, fc.nat(100 * MINUTE)),
  }),
  { maxLength: 120, size: 'max' },
);

const ORIGIN = { requestId: 'r-1' };

/** Makes the visits; beside what was logged, what must have been: violations, and bursts of them, by the promise's own words. */
async function walk(steps: typeof visits extends fc.Arbitrary<infer T> ? T : never) {
  const bench = createBench({ token: 2, global: 3, 'sign-in-account': 7 });
  const before = new Map<string, number>();
  let [violations, bursts] = [0, 0];
  for (const { name, gap, ...parts } of steps) {
    bench.clock.pass(gap);
    await bench.throttle.take(name, { ...parts, client: CLIENT }, ORIGIN);
    // A closed bucket is closed by a violation; that it is closed until another instant than before says there was one.
    for (const [key, { closedUntil, violations: row }] of bench.states) {
      if (closedUntil === (before.get(key) ?? 0)) continue;
      before.set(key, closedUntil);
      violations += 1;
      if (row === 1) bursts += 1;
    }
  }
  return { ...bench, violations, bursts };
}

property(45, 'Rate Limit Violation Logging', () => {
  it('logs every violation, and makes an entry of the first of each burst, naming the policy and what it goes by', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (steps) => {
        const { lines, entries, violations, bursts } = await walk(steps);
        expect(lines.map(({ message }) => message)).toEqual(
          Array<string>(violations).fill('a limit was exceeded'),
        );
        expect(entries).toHaveLength(bursts);
        for (const { action, outcome, origin, details } of entries) {
          const policy = POLICIES.find(({ name }) => name === details?.['policy']);
          expect([action, outcome, origin]).toEqual(['throttle.exceeded', 'refused', ORIGIN]);
          expect(details).toMatchObject({
            by: policy?.key.join('-and-'),
            limit: expect.any(Number),
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says nothing of the account, the client or their digests', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (steps) => {
        const { lines, entries, states } = await walk(steps);
        const said = JSON.stringify([lines, entries]);
        for (const secret of [...PEOPLE, ...PLACES, CLIENT, ...states.keys()])
          expect(said).not.toContain(secret);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves one entry of however many requests come one after another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), async (count) => {
        const { throttle, entries } = createBench({ token: 1 });
        for (let turn = 0; turn < count; turn += 1) await throttle.take('token', {}, ORIGIN);
        expect(entries).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });
});
