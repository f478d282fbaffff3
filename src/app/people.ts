import { createLockoutApi } from '#src/features/lockout/index.ts';
import {
  createCredentials,
  createForcing,
  createPasswordsApi,
} from '#src/features/passwords/index.ts';
import { createRecovery } from '#src/features/recovery/index.ts';
import { createInvitationsApi } from '#src/features/registration/index.ts';
import { createOversight, createSessionsApi } from '#src/features/sessions/index.ts';
import {
  createAdministration,
  createDirectory,
  createEnrolment,
  createUsersApi,
} from '#src/features/users/index.ts';
import type { AnyOperation } from '#src/http/api/operation.ts';
import type { Cursors } from '#src/http/api/paging.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Oidc } from '#src/oidc/index.ts';
import type { Core } from './core.ts';

export interface PeopleServices {
  readonly core: Core;
  readonly oidc: Pick<Oidc, 'live'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cursors: Cursors;
  /** Where links in mails lead (D19). */
  readonly issuer: string;
}

/** People, and all that administrators do to them, of the rooms that each of it belongs to. */
export function peopleOperations(services: PeopleServices): readonly AnyOperation[] {
  const { core, oidc } = services;
  const { rooms, stores } = core;
  const deps = { ...core, ...rooms, ...services, users: stores.users, tenants: stores.tenants };
  const onUsers = { ...deps, store: stores.users };
  const recovery = createRecovery({ ...deps, store: stores.recovery });
  const enrolment = createEnrolment({
    ...{ ...onUsers, credentials: createCredentials(rooms.passwords) },
    ...{ reserved: rooms.reserved, welcome: recovery.offer },
  });
  const followers = { endSessions: rooms.sessions.endAll };
  const administration = createAdministration({ ...onUsers, followers });
  const directory = createDirectory(onUsers);
  return [
    ...createUsersApi({ ...services, directory, enrolment, administration }),
    ...createInvitationsApi(rooms),
    ...createLockoutApi(rooms),
    ...createPasswordsApi({ forcing: createForcing({ ...deps, store: stores.passwords }) }),
    ...createSessionsApi({ oversight: createOversight({ ...deps, live: oidc.live }) }),
  ];
}
