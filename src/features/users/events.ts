import type { AuditEvent } from '#src/features/audit/index.ts';
import type { UserId } from '#src/kernel/ids.ts';
import type { UserFilter } from './store.ts';
import type { User } from './user.ts';

/** What was done to an account, with what that changed, before and after (R9.4). */
export function userChanged(
  action: AuditEvent['action'],
  before: User,
  after: Partial<User>,
): AuditEvent {
  const names = CHANGEABLE.filter((name) => name in after && after[name] !== before[name]);
  const only = (user: Partial<User>) => Object.fromEntries(names.map((name) => [name, user[name]]));
  return {
    action,
    outcome: 'success',
    resource: { type: 'user', id: before.id },
    details: { before: only(before), after: only(after) },
  };
}

const CHANGEABLE = ['name', 'role', 'status'] as const;

/** An account was made, `mailed` a link to choose its password with; or could not be. */
export function userEnrolled(
  draft: Pick<User, 'email' | 'name' | 'role'> & { readonly verified?: boolean },
  ending: { readonly id: UserId; readonly mailed?: boolean } | { readonly refusal: string },
): AuditEvent {
  const { email, name, role, verified = false } = draft;
  const account = { email, name, role, verified };
  if ('refusal' in ending)
    return { action: 'user.created', outcome: ending.refusal, details: account };
  const { id, mailed } = ending;
  return {
    action: 'user.created',
    outcome: 'success',
    resource: { type: 'user', id },
    details: { after: account, ...(mailed !== undefined && { mailed }) },
  };
}

/** An account is gone, and this is what it was. */
export function userDeleted({ id, email, name, role, status }: User): AuditEvent {
  return {
    action: 'user.deleted',
    outcome: 'success',
    resource: { type: 'user', id },
    details: { before: { email, name, role, status } },
  };
}

/** An administrator saw somebody's account, or asked for one that is not there (R9.3). */
export function userRead(id: UserId, found: boolean): AuditEvent {
  return {
    action: 'user.read',
    outcome: found ? 'success' : 'unknown',
    resource: { type: 'user', id },
  };
}

/** An administrator saw a list of accounts. */
export function userSearched(
  filter: Omit<UserFilter, 'tenantId'>,
  ids: readonly UserId[],
): AuditEvent {
  return {
    action: 'user.searched',
    outcome: 'success',
    details: { filter, count: ids.length, users: ids },
  };
}
