import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUser } from '#src/features/users/index.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { type Account, judge } from './policy.ts';
import type { Change } from './store.ts';

const NOW = new Date('2030-06-01T12:00:00.000Z');
const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
const DRAFT = { email: 'old@x.test', name: 'Ada', role: 'user', tenantId: TENANT } as const;
const ADA = newUser(
  { ...DRAFT, verified: true, selfRegistered: false },
  userId('01890000-0000-7000-8000-000000000001'),
  later(NOW, -30 * DAY),
);

const account = (over: Partial<Account['user']> = {}): Account => ({
  user: { ...ADA, ...over },
  tenantStatus: 'active',
});
const asked = (over: Partial<Change> = {}): Change => ({
  ...{ id: 'id', tenantId: TENANT, userId: ADA.id, tokenDigest: 'digest' },
  ...{ oldEmail: 'old@x.test', newEmail: 'new@x.test' },
  ...{ createdAt: later(NOW, -HOUR), expiresAt: later(NOW, 23 * HOUR) },
  ...over,
});
const made = (over: Partial<Change> = {}): Change =>
  asked({ confirmedAt: NOW, undoDigest: 'undo', undoExpiresAt: later(NOW, 72 * HOUR), ...over });

describe('a link that confirms', () => {
  it('is good for a change that was asked for, and nothing outweighs', () => {
    const value = { change: asked(), account: account() };
    expect(judge('confirm', asked(), account(), NOW)).toEqual({ ok: true, value });
  });

  it.each([
    ['link-unknown', 'no change', undefined, account()],
    ['link-unknown', 'an account that is gone', asked(), undefined],
    ['link-used', 'a change that was made', made(), account()],
    ['link-overtaken', 'one that was withdrawn', asked({ undoneAt: NOW }), account()],
    ['link-expired', 'one at its very end', asked({ expiresAt: NOW }), account()],
    ['account-closed', 'a disabled account', asked(), account({ status: 'disabled' })],
    [
      'account-closed',
      'a suspended tenant',
      asked(),
      { ...account(), tenantStatus: 'suspended' as const },
    ],
    ['link-overtaken', 'another address than then', asked(), account({ email: 'other@x.test' })],
    [
      'link-overtaken',
      'sessions that were all ended since',
      asked(),
      account({ sessionsValidFrom: NOW }),
    ],
  ] as const)('is %s for %s', (reason, _, change, account) => {
    expect(judge('confirm', change, account, NOW)).toEqual({ ok: false, reason });
  });
});

describe('a link that undoes', () => {
  it('is good for 72 hours, whatever became of the account', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 80 * HOUR }),
        fc.record({
          email: fc.constantFrom('new@x.test', 'third@x.test'),
          status: fc.constantFrom('active', 'disabled'),
          sessionsValidFrom: fc.constantFrom(NOW, later(NOW, 80 * HOUR)),
        }),
        (age, over) => {
          const { ok } = judge('undo', made(), account(over), later(NOW, age));
          expect(ok).toBe(age < 72 * HOUR);
        },
      ),
    );
  });

  it('is none of a change that was undone, or that nobody confirmed', () => {
    expect(judge('undo', made({ undoneAt: NOW }), account(), NOW)).toMatchObject({
      reason: 'link-used',
    });
    expect(judge('undo', asked(), account(), NOW)).toMatchObject({ reason: 'link-expired' });
    expect(judge('undo', undefined, account(), NOW)).toMatchObject({ reason: 'link-unknown' });
  });
});
