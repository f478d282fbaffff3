import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { later } from '#src/kernel/clock.ts';
import { aBucket, fresh } from './bench.ts';
import { createMemoryWindow } from './store.memory.ts';
import type { Bucket, Fill, RateWindow } from './store.ts';

interface Opened {
  readonly window: RateWindow;
  /** The same windows seen through a connection of its own. */
  readonly second: RateWindow;
}

type Open = () => Opened;

const NOON = new Date('2030-01-01T12:00:00Z');
const at = (milliseconds: number) => later(NOON, milliseconds);

const isPassed = (fills: readonly Fill[]) => fills.every(({ closedUntil }) => !closedUntil);

/** What every store of windows promises. */
export function windowContract(name: string, open: Open): void {
  describe(`the windows in ${name}`, () => {
    slidingContract(open);
    backoffContract(open);
    togetherContract(open);
    racesContract(open);
    modelContract(open);
  });
}

function slidingContract(open: Open): void {
  it('lets as many pass as may, and the next when the oldest is a whole window ago', async () => {
    const { window } = open();
    const buckets = [aBucket({ limit: 2, base: 1 })];
    const take = (ms: number) => window.take('g', buckets, at(ms));

    expect(await take(0)).toEqual([{ passed: 1, oldest: at(0), violation: 0 }]);
    expect(await take(40_000)).toEqual([{ passed: 2, oldest: at(0), violation: 0 }]);
    expect(isPassed(await take(59_999))).toBe(false);
    expect(await take(60_001)).toEqual([{ passed: 2, oldest: at(40_000), violation: 0 }]);
    expect(isPassed(await take(60_002))).toBe(false);
    expect(isPassed(await take(100_000))).toBe(true);
  });

  it('lets no more through at the turn of a minute than within it, and those refused use up nothing', async () => {
    const { window } = open();
    const buckets = [aBucket({ limit: 5, base: 1 })];
    const passes = async (ms: number) => isPassed(await window.take('g', buckets, at(ms)));
    const burst = [55_000, 56_000, 57_000, 58_000, 59_000];
    for (const ms of burst) expect(await passes(ms)).toBe(true);

    for (const ms of [59_999, 60_005, 114_999]) expect(await passes(ms)).toBe(false);
    for (const ms of burst) expect(await passes(ms + 60_008)).toBe(true);
    expect(await passes(119_999)).toBe(false);
  });

  it('keeps no more than may pass, also where that is made less', async () => {
    const { window } = open();
    const wide = aBucket({ limit: 6 });
    for (let ms = 0; ms < 6; ms += 1) await window.take('g', [wide], at(ms));

    const [fill] = await window.take('g', [{ ...wide, limit: 2 }], at(6));
    expect(fill).toMatchObject({ passed: 2, oldest: at(4), violation: 1 });
  });

  it('neither opens nor closes for good to a node whose clock is a minute behind or ahead', async () => {
    const { window, second } = open();
    const buckets = [aBucket({ limit: 2, window: 900_000, base: 1 })];
    await window.take('g', buckets, at(60_000));
    expect(await second.take('g', buckets, at(0))).toMatchObject([
      { passed: 2, oldest: at(60_000) },
    ]);
    expect(isPassed(await second.take('g', buckets, at(30_000)))).toBe(false);
    expect(isPassed(await second.take('g', buckets, at(960_000)))).toBe(true);
  });
}

function backoffContract(open: Open): void {
  it('closes for twice as long at each violation in a row, to an hour at most', async () => {
    const { window } = open();
    const buckets = [aBucket({ limit: 1, window: 86_400_000, base: 60_000 })];
    await window.take('g', buckets, at(0));
    const waits: number[] = [];
    for (let ms = 1; waits.length < 8; ) {
      const [fill] = await window.take('g', buckets, at(ms));
      const wait = (fill?.closedUntil?.getTime() ?? 0) - at(ms).getTime();
      expect(fill?.violation).toBe(waits.length + 1);
      waits.push(wait / 60_000);
      ms += wait;
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is not closed for longer by those who come while it is', async () => {
    const { window } = open();
    const buckets = [aBucket({ limit: 1, base: 5000 })];
    await window.take('g', buckets, at(0));
    const closed = { passed: 1, oldest: at(0), closedUntil: at(10_001) };

    expect(await window.take('g', buckets, at(1))).toEqual([{ ...closed, violation: 1 }]);
    expect(await window.take('g', buckets, at(2))).toEqual([{ ...closed, violation: 0 }]);
    expect(await window.take('g', buckets, at(10_000))).toEqual([{ ...closed, violation: 0 }]);
    expect(await window.take('g', buckets, at(10_001))).toMatchObject([{ violation: 2 }]);
  });

  it('begins anew after a window without a violation, and not before', async () => {
    const { window } = open();
    const bucket = aBucket({ limit: 1, base: 60_000 });
    const violationAt = async (key: string, ms: number) => {
      const buckets = [{ ...bucket, key }];
      await window.take('g', buckets, at(0));
      await window.take('g', buckets, at(1)); // closed until 120_001
      await window.take('g', buckets, at(ms - 1));
      return (await window.take('g', buckets, at(ms)))[0]?.violation;
    };

    expect(await violationAt(fresh(), 180_000)).toBe(2);
    expect(await violationAt(fresh(), 180_001)).toBe(1);
  });
}

function togetherContract(open: Open): void {
  it('touches none of several buckets but those without room, where one has none', async () => {
    const { window } = open();
    const [narrow, wide] = [aBucket({ limit: 1 }), aBucket({ limit: 3 })];
    await window.take('g', [narrow, wide], at(0));

    expect(await window.take('g', [narrow, wide], at(1))).toEqual([
      { passed: 1, oldest: at(0), closedUntil: at(2001), violation: 1 },
      { passed: 1, oldest: at(0), violation: 0 },
    ]);
    expect(await window.take('g', [aBucket(), wide], at(2))).toMatchObject([
      { passed: 1 },
      { passed: 2 },
    ]);
  });

  it('answers in the order it was asked in', async () => {
    const { window } = open();
    const buckets = ['c', 'a', 'b'].map((letter, index) =>
      aBucket({ key: `${letter}${fresh()}`, limit: index + 1 }),
    );
    await window.take('g', buckets, at(0));
    const fills = await window.take('g', buckets, at(1));
    expect(fills.map(({ violation }) => violation)).toEqual([1, 0, 0]);
  });
}

function racesContract(open: Open): void {
  const CALLERS = 300;

  /** How many of callers on two connections at once pass. */
  async function pass(opened: Opened, bucketsOf: (caller: number) => Bucket[], now: Date) {
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) =>
        (caller % 2 === 0 ? opened.window : opened.second).take('g', bucketsOf(caller), now),
      ),
    );
    return answers.filter(isPassed).length;
  }

  it('lets exactly 7 of 300 at once through, and 7 more a window later', async () => {
    const opened = open();
    const bucket = aBucket({ limit: 7 });
    expect(await pass(opened, () => [bucket], at(0))).toBe(7);
    expect(await pass(opened, () => [bucket], at(59_999))).toBe(0);
    expect(await pass(opened, () => [bucket], at(200_000))).toBe(7);
  });

  it('counts one violation where 300 are refused at once', async () => {
    const opened = open();
    const bucket = aBucket({ limit: 1 });
    await opened.window.take('g', [bucket], at(0));
    expect(await pass(opened, () => [bucket], at(1))).toBe(0);
    const [fill] = await opened.second.take('g', [bucket], at(2001));
    expect(fill?.violation).toBe(2);
  });

  it('takes shared buckets from many at once, in any order', async () => {
    const opened = open();
    const [one, other] = [aBucket({ limit: 40 }), aBucket({ limit: 25 })];
    const bucketsOf = (caller: number) => (caller % 3 === 0 ? [one, other] : [other, one]);
    expect(await pass(opened, bucketsOf, at(0))).toBe(25);
    expect((await opened.window.take('g', [one], at(0)))[0]).toMatchObject({ passed: 26 });
  });
}

const KEYS = ['a', 'b', 'c'] as const;
const BUCKETS = {
  a: { window: 1000, limit: 2, base: 10 },
  b: { window: 1000, limit: 3, base: 300 },
  c: { window: 250, limit: 1, base: 1_000_000 },
};

/** A client asks, or several at the same moment; or time passes. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ asks: fc.shuffledSubarray([...KEYS], { minLength: 1 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ crowd: fc.array(fc.constantFrom(...KEYS), { maxLength: 8 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ passes: fc.constantFrom(-40, 1, 19, 20, 249, 250, 600, 1000, 5000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Whatever several clients ask in whatever order, the store answers as the model does. */
function modelContract(open: Open): void {
  async function take(windows: readonly RateWindow[], run: string, one: Step, now: Date) {
    const ask = async (names: readonly (keyof typeof BUCKETS)[], caller: number) => {
      const buckets = names.map((name) => ({ ...BUCKETS[name], key: `${run}${name}` }));
      return (await windows[caller % windows.length]?.take(run, buckets, now)) ?? [];
    };
    if ('asks' in one) return ask(one.asks, 0);
    if ('passes' in one) return [];
    // Of those at the same moment, who comes first is not said; how many of each bucket pass is.
    const answers = await Promise.all(one.crowd.map((name, caller) => ask([name], caller)));
    return answers.filter(isPassed).length;
  }

  it('answers any interleaving of clients and passing time as a plain map would', async () => {
    const { window, second } = open();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const [run, model] = [fresh(), createMemoryWindow()];
        let now = NOON;
        for (const next of steps) {
          if ('passes' in next) now = later(now, next.passes);
          const expected = await take([model], run, next, now);
          expect(await take([window, second], run, next, now)).toEqual(expected);
        }
      }),
      { numRuns: 150 },
    );
  });
}
