import type { StoredPassword } from '#src/features/passwords/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import type { User } from '#src/features/users/index.ts';
import { HOUR } from '#src/kernel/clock.ts';
import type { RecoveryToken } from './store.ts';

/** How long a mailed link works (R11.1). */
export const LINK_LIFETIME = HOUR;

/** What decides whether an account can be recovered. */
export interface Account {
  readonly user: User;
  readonly tenantStatus: Tenant['status'];
  /** Absent for somebody who never chose one. */
  readonly password?: StoredPassword;
}

/** Why there is nothing to choose a password for. */
export type DeadLink =
  /** There is no such link, or a newer one took its place. */
  | 'link-unknown'
  | 'link-used'
  | 'link-expired'
  /** The password was changed in another way since it was asked for. */
  | 'link-overtaken'
  | 'account-closed';

export type Due =
  | { readonly page: 'choose-password'; readonly account: Account }
  | { readonly page: DeadLink };

/**
 * Which page is due for whoever opens a link, and what is done with the password they choose there: both
 * ask here, so that no form gets anybody further than its page would (security case 118).
 *
 * The mailbox is one factor. An account's second one is asked for here: after the link was found good, and
 * before `choose-password` is due (R11.3).
 */
export function next(
  token: RecoveryToken | undefined,
  account: Account | undefined,
  now: Date,
): Due {
  if (!token || !account) return { page: 'link-unknown' };
  if (token.spentAt) return { page: 'link-used' };
  if (token.expiresAt <= now) return { page: 'link-expired' };
  if (closure(account)) return { page: 'account-closed' };
  const changedAt = account.password?.changedAt;
  if (changedAt && changedAt > token.createdAt) return { page: 'link-overtaken' };
  return { page: 'choose-password', account };
}

/** Why nobody can come back to an account, if so. */
export function closure({
  user,
  tenantStatus,
}: Account): 'disabled' | 'tenant-suspended' | undefined {
  if (tenantStatus !== 'active') return 'tenant-suspended';
  return user.status === 'disabled' ? 'disabled' : undefined;
}
