import type { Tenant } from '#src/features/tenancy/index.ts';
import type { User } from '#src/features/users/index.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Change, Link } from './store.ts';

/** How long the link in the mail to the new address works. */
export const CONFIRM_LIFETIME = 24 * HOUR;
/** How long the one in the mail to the old address does, and nobody else can have that address. */
export const UNDO_LIFETIME = 72 * HOUR;

/** What decides whether an account's address may change. */
export interface Account {
  readonly user: User;
  readonly tenantStatus: Tenant['status'];
}

/** Why a link does nothing. */
export type DeadLink =
  | 'link-unknown'
  | 'link-used'
  | 'link-expired'
  /** Something happened to the account since that outweighs it. */
  | 'link-overtaken'
  | 'account-closed';

/** A change that a good link leads to. */
export interface Opened {
  readonly change: Change;
  readonly account: Account;
}

/** Whether a link does anything, looked at or used. */
export function judge(
  kind: Link['kind'],
  change: Change | undefined,
  account: Account | undefined,
  now: Date,
): Outcome<Opened, DeadLink> {
  if (!change || !account) return refused('link-unknown');
  const flaw = kind === 'undo' ? flawOfUndo(change, now) : flawOfConfirmation(change, account, now);
  return flaw ? refused(flaw) : done({ change, account });
}

/**
 * Whoever asked for the change may have been a stranger at the keyboard. So it does not outlive what its
 * owner did since: another change, a reset, or ending every session.
 */
function flawOfConfirmation(
  change: Change,
  { user, tenantStatus }: Account,
  now: Date,
): DeadLink | undefined {
  if (change.confirmedAt) return 'link-used';
  if (change.undoneAt) return 'link-overtaken';
  if (change.expiresAt <= now) return 'link-expired';
  if (user.status === 'disabled' || tenantStatus !== 'active') return 'account-closed';
  const isOvertaken = user.email !== change.oldEmail || isOutweighed(change, user);
  return isOvertaken ? 'link-overtaken' : undefined;
}

/** Whether all that was going on in the account has been ended since the change was asked for. */
export function isOutweighed({ createdAt }: Change, { sessionsValidFrom }: User): boolean {
  return sessionsValidFrom > createdAt;
}

/** Of the owner's way back, time alone decides: nothing that a stranger could do to the account since. */
function flawOfUndo({ undoneAt, undoExpiresAt }: Change, now: Date): DeadLink | undefined {
  if (undoneAt) return 'link-used';
  return undoExpiresAt && undoExpiresAt > now ? undefined : 'link-expired';
}
