import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import { anInstant, BROWSERS, TABLETS } from './bench.ts';
import { SIGNALS, type Signal, signalOf } from './suspicion.ts';
import { readTrace, traced, traceOf, type Use, writeTrace } from './trace.ts';

/** What each use of a session shows, the first of which is its sign-in. A trace is kept and read between any two. */
function signalsOf(
  [first, ...others]: readonly Use[],
  watched: readonly Signal[] = SIGNALS,
): readonly (Signal | undefined)[] {
  let trace = traceOf(first ?? { at: START });
  return others.map((use) => {
    const signal = signalOf(trace, use, watched);
    trace = readTrace(writeTrace(traced(trace, use)));
    return signal;
  });
}

const START = new Date('2030-01-01T12:00:00Z');
const [HOME, AWAY, TRAIN] = ['192.0.2.1', '198.51.100.1', '2001:db8:1::1'];

/** As many minutes after the sign-in. */
function after(minutes: number, address: string, userAgent: string): Use {
  return { at: later(START, minutes * MINUTE), address, userAgent };
}

describe('honest people', () => {
  it('are never suspected, wherever they are, whatever is updated, however they hold a tablet', () => {
    fc.assert(
      fc.property(aPerson, anInstant, fc.array(aStep, { maxLength: 30 }), (person, at, steps) => {
        let now = { at, version: 100 };
        const uses = steps.map(({ gap, address, isUpdated, isWide }): Use => {
          now = { at: later(now.at, gap), version: now.version + (isUpdated ? 1 : 0) };
          const userAgent = person(now.version, isWide);
          return { at: now.at, address, ...(userAgent !== undefined && { userAgent }) };
        });
        expect(signalsOf(uses).filter(Boolean)).toStrictEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  const CHROME = BROWSERS.chromeOnAndroid(138);
  const NEXT = BROWSERS.chromeOnAndroid(139);
  const WIDE = TABLETS[0].wide(5);
  const NARROW = TABLETS[0].narrow(5);
  it.each<[string, readonly [number, string, string][]]>([
    ['between WiFi and cellular', [HOME, AWAY, HOME, AWAY].map((to, at) => [at, to, CHROME])],
    ['between IPv4 and IPv6', [HOME, TRAIN, HOME, TRAIN].map((to, at) => [at, to, CHROME])],
    [
      'to another version, elsewhere, and then back home',
      [
        [0, HOME, CHROME],
        [1, AWAY, NEXT],
        [2, HOME, NEXT],
      ],
    ],
    [
      'between a wide and a narrow window, and between IPv4 and IPv6',
      [
        [0, HOME, WIDE],
        [1, TRAIN, NARROW],
        [2, HOME, WIDE],
        [3, AWAY, NARROW],
      ],
    ],
    [
      'to a version before, where it was updated',
      [
        [0, HOME, CHROME],
        [1, HOME, NEXT],
        [2, HOME, CHROME],
      ],
    ],
    [
      'to a version before, on another day',
      [
        [0, HOME, CHROME],
        [1, AWAY, NEXT],
        [62, HOME, CHROME],
      ],
    ],
  ])('may go %s', (_, uses) => {
    expect(signalsOf(uses.map((use) => after(...use))).filter(Boolean)).toStrictEqual([]);
  });

  it('are not ended by other words for the very browser they signed in with', () => {
    const use = after(0, HOME, CHROME);
    const before = { ...traceOf(use), browser: { family: 'Chromium', platform: 'Linux' } };
    expect(signalOf(before, use, SIGNALS)).toBeUndefined();
    expect(signalOf(before, after(1, HOME, NEXT), SIGNALS)).toBe('browser-changed');
  });
});

describe('a stolen session', () => {
  const pair = fc
    .tuple(aBrowser(), aBrowser())
    .filter(([mine, theirs]) => mine !== theirs && mine !== BROWSERS.aScript);

  it('is found at its first use in another browser, or in none', () => {
    const gap = fc.nat(24 * HOUR);
    fc.assert(
      fc.property(
        pair,
        fc.boolean(),
        gap,
        anAddress(),
        ([mine, theirs], isNamed, wait, address) => {
          const stolen = {
            at: later(START, wait),
            address,
            ...(isNamed && { userAgent: theirs(141) }),
          };
          const uses = [after(0, HOME, mine(141)), stolen];
          expect(signalsOf(uses)).toStrictEqual(['browser-changed']);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found where a browser is named that wasn’t named before', () => {
    const uses = [{ at: START }, after(1, HOME, BROWSERS.firefoxOnWindows(141))];
    expect(signalsOf(uses)).toStrictEqual(['browser-changed']);
  });

  it('is found when its owner is back, however often a thief changes version and network', () => {
    const thefts = fc.array(
      fc.record({ version: fc.integer({ min: 1, max: 99 }), address: anAddress() }),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(
        aBrowser(),
        thefts,
        fc.nat(HOUR),
        fc.boolean(),
        (mine, stolen, wait, isMoving) => {
          const before = [after(0, HOME, mine(100)), after(1, HOME, mine(101))];
          const uses = stolen.map(({ version, address }, at) =>
            after(2 + at, address, mine(version)),
          );
          const last = uses.at(-1)?.at ?? START;
          const back = { ...after(0, isMoving ? MOBILE : HOME, mine(101)), at: later(last, wait) };
          expect(signalsOf([...before, ...uses, back]).at(-1)).toBe('two-places');
        },
      ),
      { numRuns: 500 },
    );
  });

  const [MINE, THEIRS] = [141, 140].map(BROWSERS.firefoxOnWindows) as [string, string];

  it('is found when its thief is back after its owner', () => {
    const uses = [after(0, HOME, MINE), after(1, AWAY, THEIRS), after(90, HOME, MINE)];
    expect(signalsOf([...uses, after(95, AWAY, THEIRS)])).toStrictEqual([
      undefined,
      undefined,
      'two-places',
    ]);
  });

  it('is found in the hour after the other was seen, and not later', () => {
    const uses = [after(0, HOME, MINE), after(1, AWAY, THEIRS)];
    expect(signalsOf([...uses, after(61, HOME, MINE)]).at(-1)).toBe('two-places');
    const late = { ...after(0, HOME, MINE), at: later(START, 61 * MINUTE + 1) };
    expect(signalsOf([...uses, late]).at(-1)).toBeUndefined();
  });

  it('is found in two places where only those are watched for', () => {
    const uses = [after(0, HOME, MINE), after(1, AWAY, 'curl/8'), after(2, HOME, MINE)];
    expect(signalsOf(uses, ['two-places'])).toStrictEqual([undefined, 'two-places']);
  });
});

const MOBILE = '203.0.113.9';

/** Any but those that an owner is at in these tests. */
function anAddress(): fc.Arbitrary<string> {
  return fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => address !== HOME && address !== MOBILE);
}

function aBrowser() {
  return fc.constantFrom(...Object.values(BROWSERS));
}

/** What somebody's one browser sends, by its version and the width of its window. */
const aPerson: fc.Arbitrary<(version: number, isWide: boolean) => string | undefined> = fc.oneof(
  aBrowser(),
  fc.constantFrom(...TABLETS).map(
    ({ narrow, wide }) =>
      (version: number, isWide: boolean) =>
        isWide ? wide(version) : narrow(version),
  ),
  fc.constant(() => undefined),
);

/** A use of it some time after the one before, wherever that may be. */
const aStep = fc.record({
  gap: fc.oneof(fc.nat(5), fc.nat(90 * MINUTE), fc.nat(24 * HOUR)),
  address: fc.oneof(fc.constantFrom(HOME, AWAY, TRAIN, '::ffff:192.0.2.1', ''), anAddress()),
  isUpdated: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  isWide: fc.boolean(),
});
