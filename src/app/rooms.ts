import { createIdempotencyStore } from '#src/features/access/index.ts';
import {
  type Audit,
  type AuditKeys,
  type Chains,
  createAudit,
  createAuditStore,
  createChainStore,
  createChains,
} from '#src/features/audit/index.ts';
import {
  type ClientAdministration,
  type ClientSecrets,
  type Clients,
  createClientAdministration,
  createClientSecrets,
  createClientStore,
  createClients,
  createRegistering,
} from '#src/features/clients/index.ts';
import { createEmailChangeStore } from '#src/features/email-change/index.ts';
import { createGrants, type Grants } from '#src/features/grants/index.ts';
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
import {
  createResourceStore,
  createResources,
  type Resources,
} from '#src/features/resources/index.ts';
import { createSessionStore, createSessions, type Sessions } from '#src/features/sessions/index.ts';
import {
  createTenancy,
  createTenantDesk,
  createTenantStore,
  type Followers,
  type Tenancy,
  type TenantDesk,
} from '#src/features/tenancy/index.ts';
import { createUserStore, createUsers, type Users } from '#src/features/users/index.ts';
import { createVerificationStore } from '#src/features/verification/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Mailer, MailViews } from '#src/kernel/mail.ts';
import type { Digest, Sealer } from '#src/kernel/ports.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createGrantedStore } from '#src/oidc/granted.pg.ts';
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
  readonly auditKeys: AuditKeys;
  /** How long audit entries are kept. */
  readonly auditDays: number;
}

/** The rooms that the server and the command line share. */
export interface Rooms {
  readonly audit: Audit;
  readonly chains: Chains;
  readonly outbox: Outbox & OutboxDesk;
  readonly tenancy: Tenancy;
  readonly tenantDesk: TenantDesk;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly clients: Clients;
  readonly clientAdministration: ClientAdministration;
  readonly clientSecrets: ClientSecrets;
  readonly resources: Resources;
  readonly grants: Grants;
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
    chains: createChainStore(),
    outbox: createOutboxStore(),
    tenants: createTenantStore(),
    users: createUserStore(),
    passwords: createPasswordStore(),
    clients: createClientStore(),
    resources: createResourceStore(),
    granted: createGrantedStore(),
    sessions: createSessionStore(),
    tokens: createTokenStore(),
    lockout: createLockoutStore(),
    invitations: createInvitationStore(),
    verification: createVerificationStore(),
    recovery: createRecoveryStore(),
    emailChange: createEmailChangeStore(),
    idempotency: createIdempotencyStore(),
  };
}

/** Builds them, in shelf order. */
export function createRooms(deps: RoomsDeps, stores: Stores): Rooms {
  const { users: userStore, tenants } = stores;
  const audit = createAudit({ ...deps, store: stores.audit, keys: deps.auditKeys });
  const chains = createChains({
    ...{ ...deps, store: stores.chains, audit },
    ...{ keys: deps.auditKeys, days: deps.auditDays },
  });
  const outbox = createOutbox({ ...deps, store: stores.outbox, audit, tenants });
  const passwords = createPasswords({
    ...{ ...deps, outbox, tenants, store: stores.passwords, users: userStore },
    common: readCommonPasswords(),
  });
  const credentials = createCredentials(passwords);
  const users = createUsers({ ...deps, store: userStore, audit, credentials });
  const applications = createApplications(deps, stores, audit);
  const sessions = createSessions({
    ...{ ...deps, store: stores.sessions, users: userStore, tenants, audit, outbox },
    applications: { of: stores.tokens.applicationsOf },
  });
  const followers: Followers = {
    passwordDays: passwords.reschedule,
    shut: async (unit, id) => void (await sessions.endTenantWithin(unit, id, 'tenant-suspended')),
  };
  const tenantDesk = createTenantDesk({ ...deps, store: tenants, audit, followers });
  const tenancy = createTenancy({ ...deps, store: tenants, audit, desk: tenantDesk });
  const watched = { ...deps, store: stores.lockout, users: userStore, audit, outbox };
  const lockout = createLockout(watched);
  const unlocking = createUnlocking({ ...watched, lockout });
  const reserved: Reserved = async (unit, email) =>
    (await stores.emailChange.reservedFor(unit, email, deps.clock.now())) !== undefined;
  const invitations = createInvitations({
    ...{ ...deps, store: stores.invitations, audit, outbox },
    ...{ users: userStore, tenants, reserved },
  });
  const records = { audit, chains, outbox, tenancy, tenantDesk, users };
  const rules = { passwords, ...applications, sessions, lockout, unlocking };
  return { ...records, ...rules, invitations, reserved };
}

/** What has to do with applications: they, the APIs they ask tokens for, and what people allowed them. */
function createApplications(deps: RoomsDeps, stores: Stores, audit: Audit) {
  const resources = createResources({ ...deps, store: stores.resources, audit });
  const parts = { ...deps, store: stores.clients, audit, resources };
  const clients = createClients(parts);
  const managed = { ...parts, clients, registering: createRegistering(parts) };
  const followers = { removed: stores.granted.revokeAll };
  return {
    resources,
    clients,
    clientAdministration: createClientAdministration({ ...managed, followers }),
    clientSecrets: createClientSecrets(managed),
    grants: createGrants({ ...deps, store: stores.granted, users: stores.users, audit }),
  };
}
