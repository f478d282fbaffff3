import type { Router } from '@koa/router';
import { createAccountPages } from '#src/features/account/index.ts';
import { createEmailChange, createEmailChangePages } from '#src/features/email-change/index.ts';
import {
  createDeviceCookie,
  createPasswordDoor,
  createUnlockPages,
} from '#src/features/lockout/index.ts';
import { createDevMailPages } from '#src/features/outbox/index.ts';
import { createRecovery, createRecoveryPages } from '#src/features/recovery/index.ts';
import {
  createPlaces,
  createRegistration,
  createRegistrationPages,
} from '#src/features/registration/index.ts';
import {
  applicationOf,
  createSignIn,
  createSignInPages,
  createWayBack,
} from '#src/features/sign-in/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import {
  createClaims,
  createLinks,
  createVerification,
  createVerificationPages,
  createWaitCookie,
  createWaits,
} from '#src/features/verification/index.ts';
import type { Assets } from '#src/http/assets.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import type { Pace } from '#src/http/pace.ts';
import type { ShowPage } from '#src/http/page.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Oidc } from '#src/oidc/index.ts';
import type { Core } from './core.ts';

/** The toolkit's parts that several rooms share. */
export interface Web {
  readonly cookies: Cookies;
  readonly csrf: Csrf;
  readonly assets: Assets;
  readonly page: ShowPage;
  readonly pace: Pace;
  readonly limits: Limits;
}

export interface DoorsDeps {
  readonly core: Core;
  readonly web: Web;
  readonly store: EphemeralStore;
  readonly oidc: Pick<Oidc, 'interactions' | 'people' | 'signedIn' | 'live'>;
  readonly issuer: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The pages by which people come in, and all that stands behind them: sign-in, and the doors beside it. */
export function createDoors(deps: DoorsDeps): readonly Router[] {
  const { core, web, store, oidc, issuer } = deps;
  const { rooms, stores, mail } = core;
  const services = { ...core, ...rooms, ...deps };
  const door = createPasswordDoor(rooms);
  const device = createDeviceCookie({ ...deps, ...web });
  const wayBack = createWayBack({ ...web, clients: rooms.clients });
  const application = { find: wayBack.onward };

  const waits = createWaits({ ...services, store });
  const verification = createVerification({ ...services, store: stores.verification, waits });
  const waiting = createWaitCookie({ ...web, waits });
  const proving = {
    ...{ ...services, door, verification, users: stores.users },
    store: stores.verification,
  };

  const signIn = createSignIn({
    ...{ ...services, door, verification, states: store },
    ...{ users: stores.users, tenants: stores.tenants },
  });
  const places = createPlaces({ ...services, tenants: stores.tenants });
  const registration = createRegistration({
    ...{ ...services, verification, reserved: rooms.reserved },
    ...{ users: stores.users, invitations: stores.invitations },
  });
  const recovery = createRecovery({
    ...{ ...services, store: stores.recovery },
    ...{ users: stores.users, tenants: stores.tenants },
  });
  const emailChange = createEmailChange({
    ...{ ...services, door, recovery, store: stores.emailChange },
    ...{ users: stores.users, tenants: stores.tenants },
  });

  const shared = { ...web, device, waiting, wayBack };
  return [
    createSignInPages({ ...shared, ...oidc, ...rooms, signIn, registration: places }),
    createRegistrationPages({
      ...{ ...shared, registration, places, signIn, doors: wayBack },
      ...passwordsOf(core),
    }),
    createVerificationPages({
      ...{ ...shared, claims: createClaims(proving), links: createLinks(proving) },
      applications: {
        find: async (id) => {
          const client = await rooms.clients.find(id);
          return client && applicationOf(client);
        },
      },
    }),
    createRecoveryPages({ ...shared, recovery }),
    createEmailChangePages({ ...shared, emailChange, signedIn: oidc.signedIn }),
    createAccountPages({ ...deps, ...shared, ...oidc, applications: rooms.clients }),
    createUnlockPages({ ...web, unlocking: rooms.unlocking, application }),
    ...(mail.mailbox ? [createDevMailPages({ ...web, mailbox: mail.mailbox, issuer })] : []),
  ];
}

function passwordsOf({ rooms }: Core) {
  return { passwords: rooms.passwords };
}
