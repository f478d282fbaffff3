import { describe, expect, it } from 'vitest';
import { HOUR } from '#src/kernel/clock.ts';
import { LIMITS, limitsWith, type Policy } from './policies.ts';
import { LONGEST_WAIT } from './store.ts';

const POLICIES = Object.values(LIMITS).flatMap<Policy>(({ policies }) => policies);

describe('the limits', () => {
  it('are those that were promised', () => {
    const written = POLICIES.map(({ name, key, limit, window }) => [
      name,
      `${limit} in ${window / 60_000} min by ${key.join(' and ')}`,
    ]);
    expect(Object.fromEntries(written)).toEqual({
      'sign-in': '5 in 15 min by account and address',
      'sign-in-address': '50 in 15 min by address',
      'sign-in-account': '20 in 15 min by account',
      registration: '3 in 60 min by address',
      'reset-account': '3 in 60 min by account',
      'reset-address': '10 in 60 min by address',
      'resend-account': '3 in 60 min by account',
      'resend-address': '10 in 60 min by address',
      token: '100 in 1 min by client and address',
      api: '100 in 1 min by caller',
      'api-refused': '100 in 1 min by address',
      global: '600 in 1 min by address',
    });
  });

  it('have names of their own, and names that a header can bear', () => {
    const names = POLICIES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z-]+$/);
  });

  it('wait, and never for longer than an hour', () => {
    for (const { base } of POLICIES) expect(base).toBeGreaterThan(0);
    expect(LONGEST_WAIT).toBe(HOUR);
  });

  it('let no request through uncounted but where nothing is guessed and nothing is sent', () => {
    const open = Object.entries(LIMITS).filter(([, { away }]) => away === 'open');
    expect(open.map(([name]) => name)).toEqual(['global']);
  });

  it('take other numbers, one by one', () => {
    const { 'sign-in': signIn, token } = limitsWith({ 'sign-in': 9, token: 2 });
    expect(signIn.policies.map(({ limit }) => limit)).toEqual([9, 50, 20]);
    expect(token.policies.map(({ limit }) => limit)).toEqual([2]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10_001])(
    'cannot be turned off by a number that is none: %s',
    (limit) => {
      expect(() => limitsWith({ token: limit })).toThrow('The limit of token is a whole number');
    },
  );
});
