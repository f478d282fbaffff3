import { describe, expect, it } from 'vitest';
import type { Tenant } from '#src/features/tenancy/index.ts';
import { closedTo, judgeParticulars } from './policy.ts';

function aTenant(over: Partial<Tenant> = {}): Tenant {
  return {
    status: 'active',
    registration: 'open',
    registrationDomains: [],
    operator: false,
    ...over,
  } as Tenant;
}

describe('registration', () => {
  it.each([
    ['off', false, 'closed'],
    ['off', true, 'closed'],
    ['invite', false, 'by-invitation'],
    ['invite', true, undefined],
    ['domain', false, undefined],
    ['domain', true, undefined],
    ['open', false, undefined],
    ['open', true, undefined],
  ] as const)('that is %s, invited %s, is %s', (registration, isInvited, closed) => {
    expect(closedTo(aTenant({ registration }), isInvited)).toBe(closed);
  });

  it('is closed at a suspended tenant, and at one there is none of', () => {
    expect(closedTo(aTenant({ status: 'suspended' }), true)).toBe('closed');
    expect(closedTo(undefined, false)).toBe('closed');
  });
});

describe('an address', () => {
  const tenant = aTenant({ registration: 'domain', registrationDomains: ['x.test', 'ｙ.test'] });
  const judge = (email: string) => judgeParticulars({ email, name: 'Ada', place: { tenant } });

  it.each(['ada@x.test', ' ADA@X.TEST ', 'ada@y.test', 'ada@ｘ.test'])(
    '%s is of a domain',
    (email) => {
      expect(judge(email)).toMatchObject({ ok: true, value: { role: 'user' } });
    },
  );

  it.each(['ada@z.test', 'ada@evil.x.test', 'ada@evilx.test', 'ada@x.test.evil', 'ada@x'])(
    '%s is of none, and the page says which it must be of',
    (email) => {
      expect(judge(email)).toEqual({
        ok: false,
        reason: 'unfit',
        fields: { email: 'Use an address at x.test or ｙ.test.' },
      });
    },
  );

  it('that is none is refused, together with a name that cannot be', () => {
    const judged = judgeParticulars({ email: 'ada@x@y', name: ' ', place: { tenant } });
    expect(judged).toMatchObject({ ok: false, fields: { email: /address/, name: /1 to 200/ } });
  });
});
