import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUser } from '#src/features/users/index.ts';
import { HOUR, later } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { type Account, next } from './policy.ts';
import type { RecoveryToken } from './store.ts';

const NOW = new Date('2030-06-01T12:00:00.000Z');
const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
const ADA = newUser(
  {
    ...{ email: 'ada@x.test', name: 'Ada', role: 'user', tenantId: TENANT },
    ...{ verified: false, selfRegistered: true },
  },
  userId('01890000-0000-7000-8000-000000000001'),
  later(NOW, -HOUR),
);

const token = (over: Partial<RecoveryToken> = {}): RecoveryToken => ({
  ...{ userId: ADA.id, tenantId: TENANT, tokenDigest: 'digest' },
  ...{ createdAt: later(NOW, -1000), expiresAt: later(NOW, HOUR - 1000) },
  ...over,
});
const account = (over: Partial<Account> = {}): Account => ({
  ...{ user: ADA, tenantStatus: 'active' },
  ...over,
});
const changed = (changedAt: Date): Account =>
  account({ password: { hash: '#', imported: false, changedAt, expiresAt: null } });

describe('the page that is due for a link', () => {
  it('is the one to choose a password on, for a live link of an open account', () => {
    expect(next(token(), account(), NOW)).toEqual({ page: 'choose-password', account: account() });
    const before = changed(later(NOW, -1000));
    expect(next(token(), before, NOW)).toMatchObject({ page: 'choose-password' });
  });

  it.each([
    ['link-unknown', 'nobody’s link', undefined, account()],
    ['link-unknown', 'an account that is gone', token(), undefined],
    ['link-used', 'a spent one', token({ spentAt: NOW }), account()],
    ['link-expired', 'one at its very end', token({ expiresAt: NOW }), account()],
    ['link-overtaken', 'a password that was changed since', token(), changed(later(NOW, -999))],
    ['account-closed', 'a suspended tenant', token(), account({ tenantStatus: 'suspended' })],
    [
      'account-closed',
      'a disabled user',
      token(),
      account({ user: { ...ADA, status: 'disabled' } }),
    ],
  ] as const)('is %s for %s', (page, _, token, account) => {
    expect(next(token, account, NOW)).toEqual({ page });
  });

  it('is never the one to choose on after an hour, whatever else is so', () => {
    fc.assert(
      fc.property(fc.integer({ min: HOUR, max: 1000 * HOUR }), fc.boolean(), (age, isSpent) => {
        const createdAt = later(NOW, -age);
        const old = token({
          ...{ createdAt, expiresAt: later(createdAt, HOUR) },
          ...(isSpent && { spentAt: NOW }),
        });
        expect(next(old, account(), NOW).page).not.toBe('choose-password');
      }),
    );
  });
});
