import type { StoredPassword } from '#src/features/passwords/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';

/** What is kept of a person who may be at the door. */
export interface Account {
  readonly user: User;
  readonly tenantStatus: Tenant['status'];
  /** None where the account has none. */
  readonly password: StoredPassword | undefined;
}

/** What came of looking at a password; at a closed door it was not looked at. */
export type Look = 'right' | 'wrong' | 'closed';

/** Why somebody was not let in, for the audit log. */
export type Finding =
  | 'unknown-account'
  | 'wrong-password'
  | 'locked'
  | 'disabled'
  | 'tenant-suspended'
  | 'other-tenant';

/** What the person is told of it. */
export type Refusal = 'wrong' | 'no-access';

/** The account that may come in, or what speaks against it. */
export function judge(
  account: Account | undefined,
  look: Look,
  clientTenant: TenantId | undefined,
): Outcome<Account, Finding> {
  if (look === 'closed') return refused('locked');
  if (!account) return refused('unknown-account');
  if (look === 'wrong') return refused('wrong-password');
  const { user, tenantStatus } = account;
  if (user.status !== 'active') return refused('disabled');
  if (tenantStatus !== 'active') return refused('tenant-suspended');
  if (clientTenant !== undefined && clientTenant !== user.tenantId) return refused('other-tenant');
  return done(account);
}

/**
 * A stranger learns nothing about an account: whatever came before the right password reads the same,
 * and so do a lock and a closed account (R3.3, R3.8, security case 88). Only who holds the password of
 * an open account is told more.
 */
export function tell(finding: Finding): Refusal {
  switch (finding) {
    case 'unknown-account':
    case 'wrong-password':
    case 'locked':
    case 'disabled':
      return 'wrong';
    case 'tenant-suspended':
    case 'other-tenant':
      return 'no-access';
  }
}
