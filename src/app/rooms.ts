import { type Audit, createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { type Clients, createClientStore, createClients } from '#src/features/clients/index.ts';
import { createEmailChangeStore } from '#src/features/email-change/index.ts';
import {
  createLockout,
  createLockoutStore,
  createUnlocking,
  type LockoutRoom,
  type Unlocking,
} from '#src/features/lockout/index.ts';
import {
  createOutbox,
  createOutboxStore,
  type Outbox,
  type OutboxDesk,
} from '#src/features/outbox/index.ts';
import {
  createCredentials,
  createPasswordStore,
  createPasswords,
  type PasswordHasher,
  type Passwords,
  readCommonPasswords,
} from '#src/features/passwords/index.ts';
import { createRecoveryStore } from '#src/features/recovery/index.ts';
import {
  createInvitationStore,
  createInvitations,
  type Invitations,
  type Reserved,
} from '#src/features/registration/index.ts';
import { createSessionStore, createSessions, type Sessions } from '#src/features/sessions/index.ts';
import { createTenancy, createTenantStore, type Tenancy } from '#src/features/tenancy/index.ts';
import { createUserStore, createUsers, type Users } from '#src/features/users/index.ts';
import { createVerificationStore } from '#src/features/verification/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Mailer, MailViews } from '#src/kernel/mail.ts';
import type { Digest, Sealer } from '#src/kernel/ports.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createTokenStore } from '#src/oidc/store.pg.ts';

export interface RoomsDeps {
  readonly units: Units;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly hasher: PasswordHasher;
  readonly sealer: Sealer;
  readonly mailer: Mailer;
  readonly views: MailViews;
  /** The address that mail comes from. */
  readonly from: string;
  readonly issuer: string;
  readonly product: string;
}

/** The rooms that the server and the command line share. */
export interface Rooms {
  readonly audit: Audit;
  readonly outbox: Outbox & OutboxDesk;
  readonly tenancy: Tenancy;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly lockout: LockoutRoom;
  readonly unlocking: Unlocking;
  readonly invitations: Invitations;
  /** Whether an address waits for somebody who may yet take it back. */
  readonly reserved: Reserved;
}

/** What the rooms keep in Postgres. */
export type Stores = ReturnType<typeof createStores>;

export function createStores() {
  return {
    audit: createAuditStore(),
    outbox: createOutboxStore(),
    tenants: createTenantStore(),
    users: createUserStore(),
    passwords: createPasswordStore(),
    clients: createClientStore(),
    sessions: createSessionStore(),
    tokens: createTokenStore(),
    lockout: createLockoutStore(),
    invitations: createInvitationStore(),
    verification: createVerificationStore(),
    recovery: createRecoveryStore(),
    emailChange: createEmailChangeStore(),
  };
}

/** Builds them, in shelf order. */
export function createRooms(deps: RoomsDeps, stores: Stores): Rooms {
  const { users: userStore, tenants } = stores;
  const audit = createAudit({ ...deps, store: stores.audit });
  const outbox = createOutbox({ ...deps, store: stores.outbox, audit, tenants });
  const passwords = createPasswords({
    ...{ ...deps, outbox, tenants, store: stores.passwords, users: userStore },
    common: readCommonPasswords(),
  });
  const followers = { passwordDays: passwords.reschedule };
  const tenancy = createTenancy({ ...deps, store: tenants, audit, followers });
  const credentials = createCredentials(passwords);
  const users = createUsers({ ...deps, store: userStore, audit, credentials });
  const clients = createClients({ ...deps, store: stores.clients, audit });
  const sessions = createSessions({
    ...{ ...deps, store: stores.sessions, users: userStore, tenants, audit, outbox },
    applications: { of: stores.tokens.applicationsOf },
  });
  const watched = { ...deps, store: stores.lockout, users: userStore, audit, outbox };
  const lockout = createLockout(watched);
  const unlocking = createUnlocking({ ...watched, lockout });
  const reserved: Reserved = async (unit, email) =>
    (await stores.emailChange.reservedFor(unit, email, deps.clock.now())) !== undefined;
  const invitations = createInvitations({
    ...{ ...deps, store: stores.invitations, audit, outbox },
    ...{ users: userStore, tenants, reserved },
  });
  const records = { audit, outbox, tenancy, users };
  const rules = { passwords, clients, sessions, lockout, unlocking };
  return { ...records, ...rules, invitations, reserved };
}
