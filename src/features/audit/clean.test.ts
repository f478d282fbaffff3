import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cleanDetails, cleanText, isSecretName } from './clean.ts';

const name = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z]{4,12}$/) },
  fc.integer({ min: 60, max: 70 }).map((length) => `${'n'.repeat(length - 8)}password`),
  fc.constantFrom('…', '__proto__', 'toJSON', 'token', '7', `${'x'.repeat(55)}_password_x`),
);

const hostile = fc.anything({
  key: name,
  values: [
    fc.string({ unit: 'binary' }),
    fc.constantFrom('…', '\0', '\ud800', 'a\u202eb', '\u2028', '"'.repeat(500), 'x'.repeat(5000)),
    fc.integer({ min: 200, max: 1000 }).map((length) => 'y'.repeat(length)),
    fc.double(),
    fc.bigInt(),
    fc.date({ noInvalidDate: false }),
    fc.constantFrom(undefined, null, true, Symbol.iterator, () => 1),
  ],
  maxDepth: 5,
  maxKeys: 36,
  withNullPrototype: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
});

/** Large enough to meet every bound; so many smaller ones are to be tried after a failure that their number is limited. */
const hostileDetails = fc.limitShrink(fc.dictionary(name, hostile, { maxKeys: 36 }), 500);

describe('cleanDetails', () => {
  it('makes JSON that any column takes, of bounded size, whatever it is given', () => {
    fc.assert(
      fc.property(hostileDetails, (details) => {
        const json = JSON.stringify(cleanDetails(details));
        expect(json.length).toBeLessThan(8100);
        expect(json.isWellFormed()).toBe(true);
        expect(json).not.toMatch(/\\u00(?:[01]|7f)|\\ud[89a-f]|[\u202a-\u202e]/i);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing in what is clean already', () => {
    fc.assert(
      fc.property(hostileDetails, (details) => {
        const json = JSON.stringify(cleanDetails(details));
        expect(JSON.stringify(cleanDetails(JSON.parse(json)))).toBe(json);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing in what is clean already, wherever the room runs out', () => {
    for (let length = 0; length <= 1000; length++) {
      const json = JSON.stringify(cleanDetails(nearlyFull(length)));
      expect(JSON.stringify(cleanDetails(JSON.parse(json)))).toBe(json);
    }
  });

  /** Seven long texts, one of the given length, and then everything whose result is not what was given. */
  const nearlyFull = (length: number) => ({
    texts: Array.from({ length: 7 }, () => 'x'.repeat(1000)),
    filler: 'y'.repeat(length),
    at: new Date(0),
    list: [new Date(0), Symbol.iterator, undefined, 12n, Array.from({ length: 40 })],
    never: undefined,
    token: 'p-1',
    'a\0': 1,
    'a\u0001': 'z'.repeat(2000),
    deep: { b: [{ c: [{}, {}] }, 'z'.repeat(200)] },
    '…': 1,
    [`${'n'.repeat(60)}_password_x`]: 'p-2',
    last: { more: Array.from({ length: 40 }, () => 1.5e300), end: true },
  });

  it('takes as many steps for what is ten times as wide or long', () => {
    expect(stepsFor(10_000)).toStrictEqual(stepsFor(1000));
  });

  it('lists the names of an object once, however often it is referred to', () => {
    expect(stepsFor(1000).listed).toBe(2);
  });

  it('reads no more characters of a text or a name of a megabyte than are kept', () => {
    const wellFormed = vi.spyOn(String.prototype, 'toWellFormed');
    const lower = vi.spyOn(String.prototype, 'toLowerCase');
    const long = 'x'.repeat(1_000_000);

    cleanDetails({ [long]: long, text: long, list: Array.from({ length: 32 }, () => long) });

    const lengths = [...wellFormed.mock.contexts, ...lower.mock.contexts].map(
      (text) => String(text).length,
    );
    expect(lengths.length).toBeGreaterThan(3);
    expect(Math.max(...lengths)).toBe(1000);
    expect(lengths.reduce((sum, each) => sum + each, 0)).toBeLessThan(10_000);
  });

  it('does not write out a number that takes long to write', () => {
    expect(cleanDetails({ huge: 1n << 100_000n, id: 2n ** 128n })).toStrictEqual({
      huge: '…',
      id: '340282366920938463463374607431768211456',
    });
  });

  /** What is asked of one object, `width` names wide and empty to look at, referred to from everywhere. */
  const stepsFor = (width: number) => {
    const steps = { listed: 0, read: 0 };
    const watched = <T extends object>(target: T): T =>
      new Proxy(target, {
        ownKeys: (of) => {
          steps.listed++;
          return Reflect.ownKeys(of);
        },
        get: (of, key) => {
          steps.read++;
          return Reflect.get(of, key);
        },
      });
    const names = Array.from({ length: width }, (_, at) => [`n${at}`, undefined]);
    const empty = watched(Object.fromEntries(names));
    const list = watched(Array.from({ length: width }, () => empty));
    const lists = watched(Array.from({ length: width }, () => list));
    cleanDetails(watched({ lists, again: lists, ['x'.repeat(width)]: lists }));
    return steps;
  };

  it('shows that members or items were cut', () => {
    const wide = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`n${at}`, at]));
    const made = cleanDetails({ wide, list: Array.from({ length: 33 }, () => 0), end: 1 });

    expect(Object.entries(made['wide'] ?? {}).slice(-2)).toStrictEqual([
      ['n31', 31],
      ['…', '…'],
    ]);
    expect(made['list']).toStrictEqual([...Array.from({ length: 32 }, () => 0), '…']);
    expect(made['end']).toBe(1);
  });

  it('bounds what is wide, what is deep and what refers to itself', () => {
    const wide = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`n${at}`, wider()]));
    const line = Array.from({ length: 32 }, () => ({}));
    const lines = Array.from({ length: 32 }, () => line);
    const empty = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`n${at}`, lines]));
    const round: Record<string, unknown> = {};
    round['again'] = round;

    expect(JSON.stringify(cleanDetails(wide)).length).toBeLessThan(8100);
    expect(JSON.stringify(cleanDetails(empty)).length).toBeLessThan(8100);
    expect(JSON.stringify(cleanDetails(round))).toContain('…');
  });

  const wider = () => Array.from({ length: 32 }, () => Array.from({ length: 32 }, () => 1.5e300));

  it('keeps ordinary details exactly', () => {
    const details = {
      kind: 'web',
      firstParty: true,
      before: { role: 'user' },
      after: { role: 'tenant_admin', scopes: ['openid', 'email'] },
      count: 3,
      missing: null,
    };
    expect(cleanDetails(details)).toStrictEqual(details);
  });

  it('writes instants as text and leaves out what is no value', () => {
    expect(
      cleanDetails({ at: new Date(0), never: undefined, act: () => 1, many: 12n, odd: Number.NaN }),
    ).toStrictEqual({ at: '1970-01-01T00:00:00.000Z', many: '12', odd: 'NaN' });
  });

  it('keeps nothing under the name of a secret, at any depth', () => {
    const details = { user: { newPassword: 'p-1' }, list: [{ client_secret: 'p-2' }], otp: 'p-3' };
    expect(JSON.stringify(cleanDetails(details))).not.toMatch(/p-\d/);
  });

  it('keeps nothing under a name too long to be shown whole', () => {
    const name = 'n'.repeat(65);
    expect(cleanDetails({ [name]: 'p-1' })).toStrictEqual({ [`${'n'.repeat(63)}…`]: '[left out]' });
  });

  it('keeps the first of names that look the same once cleaned', () => {
    expect(cleanDetails({ 'a\0': 1, 'a\u0001': 2 })).toStrictEqual({ 'a\ufffd': 1 });
  });

  it('does not change a prototype through a name', () => {
    const made = cleanDetails(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });
});

describe('isSecretName', () => {
  it.each([
    ...[
      'password',
      'newPassword',
      'client_secret',
      'refreshToken',
      'access-token',
      'Authorization',
    ],
    ...[
      'code',
      'user_code',
      'backupCodes',
      'cookie',
      'passwordHash',
      'privateKey',
      'apiKey',
      'TOTP',
    ],
  ])('knows %s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    ...['tokenKind', 'errorCode', 'secretsExpired', 'passwordChangedAt', 'kind', '', '§', 'codec'],
  ])('lets %s through', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe('cleanText', () => {
  it('shows that a character was there, and that text was cut', () => {
    expect(cleanText('a\0b\r\nc', 10)).toBe('a\ufffdb\ufffd\ufffdc');
    expect(cleanText('abcdef', 4)).toBe('abc…');
  });

  it('never cuts a character in half', () => {
    expect(cleanText('ab😀cd', 4)).toBe('ab\ufffd…');
  });
});
