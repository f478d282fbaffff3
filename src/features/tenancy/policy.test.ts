import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { judgeSettings, judgeTenant } from './policy.ts';
import { SESSION_SIGNALS, type TenantSettings } from './tenant.ts';

function faultsOf(slug: string, name = 'Acme'): Readonly<Record<string, string>> {
  try {
    judgeTenant({ slug, name });
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
}

describe('judgeTenant', () => {
  it.each(['a', '7', 'acme', 'acme-2', 'a'.repeat(63), 'demo', 'operator'])('allows %s', (slug) => {
    expect(faultsOf(slug)).toStrictEqual({});
  });

  it.each([
    ...['', '-a', 'a-', 'Acme', 'a_b', 'a.b', 'a b', 'é', 'a\n', '../a', 'a'.repeat(64)],
    ...['xn--bcher-kva', 'admin', 'api', 'well-known', 'null'],
    '01890000-0000-7000-8000-000000000001',
  ])('refuses %j', (slug) => {
    expect(Object.keys(faultsOf(slug))).toStrictEqual(['slug']);
  });

  it('names every fault at once, and cleans the name', () => {
    expect(Object.keys(faultsOf('Admin', '\u200b'))).toStrictEqual(['slug', 'name']);
    expect(Object.keys(faultsOf('a', 'a'.repeat(201)))).toStrictEqual(['name']);
    expect(judgeTenant({ slug: 'a', name: ' Acme\u202e  Ltd ' }).name).toBe('Acme Ltd');
  });
});

describe('judgeSettings', () => {
  const SETTINGS: TenantSettings = {
    ...{ name: 'Acme', isDefault: false, registration: 'off', registrationDomains: [] },
    ...{ passwordRules: 'nist', passwordDays: null },
    ...{ sessionLimit: null, sessionWatch: SESSION_SIGNALS },
  };
  const faultsIn = (changes: object) => {
    try {
      judgeSettings({ ...SETTINGS, ...changes });
      return {};
    } catch (error) {
      if (error instanceof InvalidInput) return error.fields;
      throw error;
    }
  };

  it.each([null, 1, 5, 100])('allows %s sessions at once', (sessionLimit) => {
    expect(faultsIn({ sessionLimit })).toStrictEqual({});
  });

  it.each([0, -1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %s sessions at once',
    (sessionLimit) => {
      expect(faultsIn({ sessionLimit })).toStrictEqual({ sessionLimit: 'Use 1 to 100, or none.' });
    },
  );

  it('keeps what is watched for once and in one order, and may watch for nothing', () => {
    const watched = (sessionWatch: TenantSettings['sessionWatch']) =>
      judgeSettings({ ...SETTINGS, sessionWatch }).sessionWatch;
    expect(watched(['two-places', 'browser-changed', 'two-places'])).toStrictEqual([
      'browser-changed',
      'two-places',
    ]);
    expect(watched([])).toStrictEqual([]);
  });

  it.each([['bad-weather'], ['browser-changed', 'Two-Places'], ['']])(
    'refuses to watch for %j, %j',
    (...sessionWatch) => {
      expect(faultsIn({ sessionWatch })).toStrictEqual({
        sessionWatch: 'Use any of browser-changed, refresh-token-reused, two-places, or none.',
      });
    },
  );
});
