import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanDetails, cleanText, isSecretName } from './clean.ts';

const hostile = fc.anything({
  key: fc.string({ unit: 'binary', maxLength: 100 }),
  values: [
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', 'a\u202eb', '\u2028', 'x'.repeat(5000)),
    fc.double(),
    fc.bigInt(),
    fc.date({ noInvalidDate: false }),
    fc.constantFrom(undefined, null, true),
  ],
  maxDepth: 6,
  maxKeys: 50,
  withNullPrototype: true,
  withMap: true,
  withSet: true,
});

describe('cleanDetails', () => {
  it('makes JSON that any column takes, of bounded size, whatever it is given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), hostile), (details) => {
        const json = JSON.stringify(cleanDetails(details));
        expect(json.length).toBeLessThan(20_000);
        expect(json.isWellFormed()).toBe(true);
        expect(json).not.toMatch(/\\u00(?:[01]|7f)|\\ud[89a-f]|[\u202a-\u202e]/i);
        expect(cleanDetails(JSON.parse(json))).toStrictEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  it('bounds what is wide, what is deep and what refers to itself', () => {
    const wide = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`n${at}`, wider()]));
    const round: Record<string, unknown> = {};
    round['again'] = round;

    expect(JSON.stringify(cleanDetails(wide)).length).toBeLessThan(20_000);
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
