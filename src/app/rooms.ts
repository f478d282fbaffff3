import { type Audit, createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { type Clients, createClientStore, createClients } from '#src/features/clients/index.ts';
import {
  createPasswordStore,
  createPasswords,
  type PasswordHasher,
  type Passwords,
} from '#src/features/passwords/index.ts';
import { createSessionStore, createSessions, type Sessions } from '#src/features/sessions/index.ts';
import { createTenancy, createTenantStore, type Tenancy } from '#src/features/tenancy/index.ts';
import { createUserStore, createUsers, type Users } from '#src/features/users/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Units } from '#src/kernel/unit.ts';

export interface RoomsDeps {
  readonly units: Units;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly hasher: PasswordHasher;
}

/** The rooms that the server and the command line share. */
export interface Rooms {
  readonly audit: Audit;
  readonly tenancy: Tenancy;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly clients: Clients;
  readonly sessions: Sessions;
}

/** Builds them on Postgres, in shelf order. */
export function createRooms({ units, clock, ids, digest, hasher }: RoomsDeps): Rooms {
  const userStore = createUserStore();
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const tenancy = createTenancy({ units, store: createTenantStore(), audit, clock, ids });
  const passwords = createPasswords({ store: createPasswordStore(), hasher, clock });
  const users = createUsers({ units, store: userStore, audit, clock, ids, credentials: passwords });
  const clients = createClients({ units, store: createClientStore(), audit, clock, ids, digest });
  const sessions = createSessions({
    units,
    store: createSessionStore(),
    users: userStore,
    audit,
    clock,
    digest,
  });
  return { audit, tenancy, users, passwords, clients, sessions };
}
