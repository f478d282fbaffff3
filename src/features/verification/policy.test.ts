import { describe, expect, it } from 'vitest';
import { DAY, later, SECOND } from '#src/kernel/clock.ts';
import { standingOf } from './policy.ts';

const NOW = new Date('2030-01-01T12:00:00Z');
const ISSUED = { email: 'ada@x.test', expiresAt: later(NOW, DAY) };
const USER = { email: 'ada@x.test', status: 'active' } as const;

describe('a link', () => {
  it.each([
    ['fresh', 'its account waits to be proven', {}],
    ['fresh', 'a second is left', { now: later(NOW, DAY - SECOND) }],
    ['expired', 'its time is over', { now: later(NOW, DAY) }],
    ['done', 'it was used', { spentAt: NOW }],
    ['done', 'it was used, long ago', { spentAt: NOW, now: later(NOW, 2 * DAY) }],
    ['done', 'the address was proven otherwise', { user: { ...USER, emailVerifiedAt: NOW } }],
    ['superseded', 'the account has another address', { user: { ...USER, email: 'b@x.test' } }],
    ['superseded', 'the account is disabled', { user: { ...USER, status: 'disabled' } }],
    ['superseded', 'the account is gone', { user: undefined }],
  ] as const)('is %s when %s', (standing, _, over) => {
    const { user, now, ...issued } = { user: USER, now: NOW, ...over };
    expect(standingOf({ ...ISSUED, ...issued }, user, now)).toBe(standing);
  });
});
