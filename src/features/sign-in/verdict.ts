import type { User } from '#src/features/users/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';

/** What is kept of a person who may be at the door. */
export interface Account {
  readonly user: User;
  readonly tenantStatus: 'active' | 'suspended';
  /** The stored password; none where the account has none. */
  readonly phc: string | undefined;
}

/** Why somebody was not let in, for the audit log. */
export type Finding =
  | 'unknown-account'
  | 'wrong-password'
  | 'disabled'
  | 'tenant-suspended'
  | 'other-tenant'
  | 'unverified';

/** What the person is told of it. */
export type Refusal = 'wrong' | 'no-access' | 'unverified';

/** The account that may come in, or what speaks against it. */
export function judge(
  account: Account | undefined,
  isRight: boolean,
  clientTenant: TenantId | undefined,
): Outcome<Account, Finding> {
  if (!account) return refused('unknown-account');
  if (!isRight) return refused('wrong-password');
  const { user, tenantStatus } = account;
  if (user.status !== 'active') return refused('disabled');
  if (tenantStatus !== 'active') return refused('tenant-suspended');
  if (clientTenant !== undefined && clientTenant !== user.tenantId) return refused('other-tenant');
  return user.emailVerifiedAt ? done(account) : refused('unverified');
}

/**
 * A stranger learns nothing about an account: whatever came before the right password reads the same,
 * and so does a closed account (R3.3, security case 88). Only who holds the password is told more.
 */
export function tell(finding: Finding): Refusal {
  switch (finding) {
    case 'unknown-account':
    case 'wrong-password':
    case 'disabled':
      return 'wrong';
    case 'tenant-suspended':
    case 'other-tenant':
      return 'no-access';
    case 'unverified':
      return 'unverified';
  }
}
