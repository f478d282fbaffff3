import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { versionOf } from '#src/kernel/version.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { leavesNobody, managedFault, mayGive, mayReach, type Rank } from './ceiling.ts';
import type { User } from './user.ts';

const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
const NOON = new Date('2030-01-01T12:00:00.000Z');

function aUser(over: Partial<User> = {}): User {
  return {
    ...{ id: userId(randomUUID()), tenantId: TENANT, email: 'ada@x.test', name: 'Ada' },
    ...{ role: 'user', status: 'active', selfRegistered: false, emailVerifiedAt: NOON },
    ...{ sessionsValidFrom: NOON, createdAt: NOON, updatedAt: NOON },
    ...over,
  };
}

const role = fc.constantFrom(...ROLES);
const rank: fc.Arbitrary<Rank> = fc.record(
  {
    role,
    status: fc.constantFrom('active', 'disabled'),
    emailVerifiedAt: fc.constant(NOON),
  },
  { requiredKeys: ['role', 'status'] },
);

describe('the ceiling', () => {
  it('lets nobody touch what stands above them, and everybody what does not', () => {
    fc.assert(
      fc.property(role, role, (own, other) => {
        const scope = administratorOf(TENANT, own);
        const isAbove = ROLES.indexOf(other) > ROLES.indexOf(own);
        expect(mayReach(scope, other)).toBe(!isAbove);
        expect(managedFault(scope, aUser({ role: other }))).toBe(
          isAbove ? 'role-too-high' : undefined,
        );
      }),
    );
  });

  it('lets nobody give a role with a token that is not for it', () => {
    fc.assert(
      fc.property(role, role, fc.boolean(), (own, other, isFor) => {
        const scopes = ['users:create', ...(isFor ? ['roles:grant'] : [])];
        const isBelow = ROLES.indexOf(other) <= ROLES.indexOf(own);
        expect(mayGive(administratorOf(TENANT, own, { scopes }), other)).toBe(
          isBelow && (isFor || other === 'user'),
        );
      }),
    );
  });

  it('knows nobody of another tenant, whatever their roles', () => {
    fc.assert(
      fc.property(role, role, (own, other) => {
        const foreign = aUser({ role: other, tenantId: tenantId(randomUUID()) });
        expect(managedFault(administratorOf(TENANT, own), foreign, 'x')).toBe('unknown');
      }),
    );
    expect(managedFault(administratorOf(TENANT), undefined)).toBe('unknown');
  });

  it('refuses a state that is no longer', () => {
    const [scope, user] = [administratorOf(TENANT), aUser()];
    expect(managedFault(scope, user, versionOf(user))).toBeUndefined();
    expect(managedFault(scope, user, 'older')).toBe('changed');
  });
});

describe('the last administrator', () => {
  const administers = (level: 'tenant_admin' | 'super_admin') => (one: Rank) =>
    one.status === 'active' &&
    one.emailVerifiedAt !== undefined &&
    ROLES.indexOf(one.role) >= ROLES.indexOf(level);

  it('stays: where a change is let through, whoever could be managed by somebody still can', () => {
    fc.assert(
      fc.property(
        rank,
        fc.option(rank, { nil: undefined }),
        fc.array(rank),
        (before, after, others) => {
          const then = [...others, ...(after ? [after] : [])];
          const isLost = (['tenant_admin', 'super_admin'] as const).some(
            (level) => administers(level)(before) && !then.some(administers(level)),
          );
          expect(leavesNobody(before, after, others)).toBe(isLost);
        },
      ),
    );
  });
});
