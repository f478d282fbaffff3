/** What an entry is about: the first thing somebody who reads the log chooses by. */
export const CATEGORIES = {
  authentication: 'Signing in and out, and all that proves who somebody is (R9.1)',
  authorization: 'What was allowed to an application, and what was refused to somebody (R9.2)',
  access: "Reading other people's data (R9.3)",
  administration: 'What was changed by those who manage, before and after (R9.4)',
  system: 'What the server did by itself',
} as const;

export type Category = keyof typeof CATEGORIES;

interface Row {
  readonly category: Category;
  /** What has happened, in words; of one that can be refused, what was tried. */
  readonly about: string;
}

/** Every action there is: one without a row here can't be recorded. */
export const ACTIONS = {
  'sign-in.succeeded': { category: 'authentication', about: 'Somebody signed in' },
  'sign-in.challenged': {
    category: 'authentication',
    about: 'The password was right, and more is due before anybody is let in',
  },
  'sign-in.refused': { category: 'authentication', about: 'Somebody was not let in' },
  'sign-in.cancelled': {
    category: 'authentication',
    about: 'Somebody turned back to the application instead of signing in',
  },
  'lockout.closed': {
    category: 'authentication',
    about: 'Too many wrong passwords in a row: an account or address is locked for a while',
  },
  'lockout.opened': {
    category: 'authentication',
    about: 'A lock was opened by a mailed link, a new password or an administrator, or was not',
  },
  'session.ended': { category: 'authentication', about: 'Somebody was signed out of one browser' },
  'session.all-ended': { category: 'authentication', about: 'Somebody was signed out everywhere' },
  'token.issued': { category: 'authentication', about: 'An application got its first tokens' },
  'token.refreshed': { category: 'authentication', about: 'An application got fresh tokens' },
  'token.refresh-retried': {
    category: 'authentication',
    about: 'An application that had lost the answer asked again, and got it again',
  },
  'token.refused': { category: 'authentication', about: 'An application got no tokens' },
  'token.revoked': { category: 'authentication', about: 'An application gave its tokens back' },
  'token.reuse-detected': {
    category: 'authentication',
    about: 'A refresh token was used twice: whatever came of it is revoked',
  },
  'registration.completed': {
    category: 'authentication',
    about: 'Somebody made an account for themselves',
  },
  'registration.refused': { category: 'authentication', about: 'Somebody got no account' },
  'verification.requested': {
    category: 'authentication',
    about: 'A mail to prove an address was asked for',
  },
  'verification.completed': { category: 'authentication', about: 'An address was proven' },
  'verification.refused': { category: 'authentication', about: 'An address was not proven' },
  'recovery.requested': {
    category: 'authentication',
    about: 'A mail to set a new password was asked for',
  },
  'recovery.completed': {
    category: 'authentication',
    about: 'A new password was set by a mailed link',
  },
  'recovery.refused': {
    category: 'authentication',
    about: 'No new password was set by a mailed link',
  },
  'password.changed': { category: 'authentication', about: 'Somebody changed their password' },
  'email-change.requested': {
    category: 'authentication',
    about: 'Somebody asked for another address',
  },
  'email-change.confirmed': { category: 'authentication', about: 'An address was changed' },
  'email-change.undone': {
    category: 'authentication',
    about: 'A changed address was taken back from the old one',
  },
  'email-change.refused': { category: 'authentication', about: 'An address was not changed' },

  'authorization.granted': {
    category: 'authorization',
    about: 'An application was told who signed in',
  },
  'consent.granted': {
    category: 'authorization',
    about: 'Somebody allowed an application what it asked',
  },
  'grant.revoked': {
    category: 'authorization',
    about: 'What somebody allowed an application was taken back',
  },
  'consent.refused': { category: 'authorization', about: 'Somebody did not allow an application' },
  'throttle.exceeded': {
    category: 'authorization',
    about: 'More requests than may pass; the first of a while',
  },
  'access.refused': {
    category: 'authorization',
    about: 'Somebody was refused an operation they lack the permission for',
  },
  'access.token-refused': {
    category: 'authorization',
    about: 'A token did not open the management API',
  },
  'access.tenant-refused': {
    category: 'authorization',
    about: "A request named another tenant than its token's",
  },
  'access.tenant-reached': {
    category: 'authorization',
    about: 'A super_admin reached into another tenant, for the reason given',
  },
  'access.boundary': {
    category: 'authorization',
    about: "The database refused a row of another tenant: a fault of the server's own",
  },

  'tenant.read': { category: 'access', about: 'A tenant and its settings were shown' },
  'user.read': { category: 'access', about: "Somebody's account was shown" },
  'user.searched': { category: 'access', about: 'A list of people was shown' },
  'session.read': { category: 'access', about: 'Where people are signed in was shown' },
  // Applications and APIs are configuration, nobody's data: that they were looked at leaves no entry.
  'grant.read': { category: 'access', about: 'What people allowed applications was shown' },
  'audit.read': { category: 'access', about: 'Entries of the audit log were shown' },
  'audit.exported': {
    category: 'access',
    about: 'Entries of the audit log were taken away as a file',
  },
  'audit.streamed': {
    category: 'access',
    about: 'Entries of the audit log were followed as a stream',
  },

  'tenant.created': { category: 'administration', about: 'A tenant was made' },
  'tenant.updated': { category: 'administration', about: "A tenant's settings were changed" },
  'tenant.suspended': { category: 'administration', about: 'A tenant was suspended' },
  'tenant.resumed': { category: 'administration', about: 'A suspended tenant was opened again' },
  'tenant.deletion-asked': {
    category: 'administration',
    about: 'A tenant is to be deleted when its days of grace are over',
  },
  'tenant.restored': {
    category: 'administration',
    about: 'A tenant that was to be deleted stays',
  },
  'tenant.deleted': { category: 'administration', about: 'A tenant and all that is in it is gone' },
  'user.created': { category: 'administration', about: 'An account was made' },
  'invitation.sent': { category: 'administration', about: 'A mail that asks somebody in was sent' },
  'user.updated': { category: 'administration', about: 'An account was changed' },
  'user.role-changed': { category: 'administration', about: 'Somebody was given another role' },
  'user.disabled': { category: 'administration', about: 'An account was disabled' },
  'user.enabled': { category: 'administration', about: 'A disabled account was opened again' },
  'user.deleted': { category: 'administration', about: 'An account was deleted' },
  'user.password-expired': {
    category: 'administration',
    about: 'Somebody was made to choose a new password at their next sign-in',
  },
  'client.created': { category: 'administration', about: 'An application was registered' },
  'client.updated': { category: 'administration', about: 'An application was changed' },
  'client.disabled': { category: 'administration', about: 'An application was disabled' },
  'client.enabled': {
    category: 'administration',
    about: 'A disabled application was opened again',
  },
  'client.deleted': { category: 'administration', about: 'An application was deleted' },
  'client.secret-rotated': {
    category: 'administration',
    about: 'An application was given a new secret',
  },
  'client.secret-revoked': {
    category: 'administration',
    about: "One of an application's secrets was taken back",
  },
  'resource.created': { category: 'administration', about: 'An API was registered' },
  'resource.updated': { category: 'administration', about: 'An API was changed' },
  'resource.deleted': { category: 'administration', about: 'An API was deleted' },
  'webhook.created': { category: 'administration', about: 'A receiver of events was registered' },
  'webhook.updated': { category: 'administration', about: 'A receiver of events was changed' },
  'webhook.deleted': { category: 'administration', about: 'A receiver of events was deleted' },
  'webhook.replayed': {
    category: 'administration',
    about: 'What is sent to a receiver of events next was set, mostly to send events once more',
  },
  'webhook.secret-rotated': {
    category: 'administration',
    about: 'A receiver of events was given a new secret',
  },
  'webhook.tested': {
    category: 'administration',
    about: 'An event was made for a receiver to show that events arrive',
  },
  'outbox.retried': {
    category: 'administration',
    about: 'Mail that had been given up is tried again',
  },

  'audit.verified': { category: 'system', about: 'The chain of the audit log was checked' },
  'audit.retired': {
    category: 'system',
    about: 'Months of the audit log that are older than need be kept were removed',
  },
  'keys.generated': { category: 'system', about: 'The first key to sign tokens with was made' },
  'keys.rotated': { category: 'system', about: 'Tokens are signed with a new key from now on' },
  'keys.retired': {
    category: 'system',
    about: 'A key that no token is signed with any more is gone',
  },
  'webhook.failing': {
    category: 'system',
    about: 'A receiver of events has taken none for a day',
  },
  'webhook.stopped': {
    category: 'system',
    about: 'A receiver of events said that it is gone: nothing is sent to it any more',
  },
  'outbox.died': { category: 'system', about: 'Mail was given up after many tries' },
} as const satisfies Readonly<Record<`${string}.${string}`, Row>>;

export type Action = keyof typeof ACTIONS;

export function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text);
}

export const isCategory = (text: string): text is Category => Object.hasOwn(CATEGORIES, text);

/** The actions of one category. */
export function actionsOf(category: Category): readonly Action[] {
  return Object.keys(ACTIONS)
    .filter(isAction)
    .filter((action) => ACTIONS[action].category === category);
}
