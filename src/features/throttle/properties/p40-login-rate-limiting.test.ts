import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MINUTE, SECOND } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { createBench, mostWithin } from '../bench.ts';

const WINDOW = 15 * MINUTE;
const PEOPLE = ['ada@x.test', 'bob@x.test', 'not an address'];
const PLACES = ['192.0.2.1', '198.51.100.7', '2001:db8::1', 'rubbish'];

/** Ways to write the same account, and the same address. */
const spelled = (text: string) => fc.constantFrom(text, ` ${text}\n`, text.replace('@', '＠'));
const written = (text: string) =>
  text === '2001:db8::1'
    ? fc.constantFrom(text, '2001:DB8:0:0::ffff', '2001:db8:0:0:9:9:9:9')
    : fc.constantFrom(text, text.startsWith('r') ? '1.2.3.4.5' : `::ffff:${text}`);

const attempt = fc.nat(2).chain((who) =>
  fc.nat(3).chain((where) =>
    fc.record({
      who: fc.constant(who),
      where: fc.constant(where),
      account: spelled(PEOPLE[who] ?? ''),
      address: written(PLACES[where] ?? ''),
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 5 * SECOND }) },
        fc.integer({ min: 0, max: 20 * MINUTE }),
      ),
      atOnce: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 12 })),
    }),
  ),
);

/** When the attempts passed, by a name for whose they are. */
async function passedBy(
  attempts: readonly (typeof attempt extends fc.Arbitrary<infer T> ? T : never)[],
) {
  const { clock, passes } = createBench();
  const passed = new Map<string, number[]>();
  for (const { who, where, account, address, gap, atOnce } of attempts) {
    clock.pass(gap);
    const crowd = Array.from({ length: atOnce }, () => passes('sign-in', { account, address }));
    const count = (await Promise.all(crowd)).filter(Boolean).length;
    for (const name of [`pair ${who} ${where}`, `account ${who}`, `address ${where}`]) {
      const times = Array<number>(count).fill(clock.now().getTime());
      passed.set(name, [...(passed.get(name) ?? []), ...times]);
    }
  }
  return passed;
}

const MOST: Readonly<Record<string, number>> = { pair: 5, account: 20, address: 50 };

property(40, 'Login Rate Limiting', () => {
  it('lets at most 5 attempts pass in any 15 minutes for one account and address, 20 for the account, 50 for the address', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 90, size: 'max' }), async (attempts) => {
        for (const [name, times] of await passedBy(attempts)) {
          const kind = name.split(' ')[0] ?? '';
          expect(mostWithin(times, WINDOW), name).toBeLessThanOrEqual(MOST[kind] ?? 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('lets the first five pass, whoever is asked for and however they are written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 * MINUTE }), { minLength: 5, maxLength: 5 }),
        spelled('nobody@x.test'),
        async (gaps, account) => {
          const { clock, passes } = createBench();
          for (const gap of gaps) {
            clock.pass(gap);
            expect(await passes('sign-in', { account, address: '192.0.2.1' })).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('holds an account to its 20 from however many addresses, and an address to its 50 over however many accounts', async () => {
    const gaps = fc.array(fc.nat(40 * SECOND), { minLength: 70, maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(gaps, fc.boolean(), async (gaps, isOneAccount) => {
        const { clock, passes } = createBench();
        const passed: number[] = [];
        for (const [turn, gap] of gaps.entries()) {
          clock.pass(gap);
          const account = isOneAccount ? 'ada@x.test' : `user${turn}@x.test`;
          const address = isOneAccount ? `192.0.2.${turn}` : '192.0.2.1';
          if (await passes('sign-in', { account, address })) passed.push(clock.now().getTime());
        }
        const most = isOneAccount ? 20 : 50;
        expect(mostWithin(passed, WINDOW)).toBeLessThanOrEqual(most);
        expect(passed.length).toBeGreaterThanOrEqual(most);
      }),
      { numRuns: 30 },
    );
  });
});
