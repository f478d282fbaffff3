import type { Context, Middleware } from 'koa';
import mount from 'koa-mount';
import type { TokenVerifier } from '#src/features/access/index.ts';
import type { Audit } from '#src/features/audit/index.ts';
import type { Clients } from '#src/features/clients/index.ts';
import type { LogoutCourier, Outbox } from '#src/features/outbox/index.ts';
import type { LiveSessions, Sessions } from '#src/features/sessions/index.ts';
import type { Interactions } from '#src/features/sign-in/index.ts';
import { readBody } from '#src/http/body.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { ShowPage } from '#src/http/page.ts';
import type { CookieSigner } from '#src/infra/crypto/cookie-signer.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { PostgresUnits } from '#src/infra/postgres/units.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest, Logger } from '#src/kernel/ports.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createPeople, type People } from './account.ts';
import { lookUp } from './adapter.grants.ts';
import { createAdapter } from './adapter.ts';
import { createCodeSettler } from './codes.ts';
import { createDocuments } from './documents.ts';
import type { Engine } from './engine.ts';
import { openFormActions } from './form-action.ts';
import { createProviderHost } from './host.ts';
import { createInteractions } from './interactions.ts';
import type { Keys } from './keys.ts';
import { createLiveSessions } from './live-sessions.ts';
import { createLogoutCourier, createPartings, createToldApplications } from './logouts.ts';
import { createArtifactNames } from './names.ts';
import { createNoteBook } from './notes.ts';
import { createScreens } from './pages.ts';
import { createProvider } from './provider.ts';
import { createSameSiteHop } from './same-site-hop.ts';
import { createCookieGuard, createSessionCookie } from './session-cookie.ts';
import { cookieNames, type ProviderSettings } from './settings.ts';
import { passSignedOut } from './sign-out.ts';
import { createSignedInPeople, type SignedInPeople } from './signed-in.ts';
import type { TokenStore } from './store.ts';
import { createTrail } from './trail.ts';

export interface OidcDeps {
  readonly settings: ProviderSettings;
  readonly keys: Keys;
  readonly units: PostgresUnits;
  readonly tokens: TokenStore;
  readonly store: EphemeralStore;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'logout'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly logger: Logger;
  readonly cookies: Cookies;
  readonly cookieSigner: CookieSigner;
  readonly dpopNonceKey: Buffer;
  readonly page: ShowPage;
}

export interface Oidc {
  /** Everything the engine serves; what it does not know falls through. */
  readonly middleware: readonly Middleware[];
  /** What the sign-in room asks of the engine. */
  readonly interactions: Interactions;
  /** What a person goes by, where a page of a signed-in person says so. */
  readonly people: Pick<People, 'find'>;
  readonly signedIn: SignedInPeople;
  /** Everybody's sessions, wherever their browsers are. */
  readonly live: LiveSessions;
  /** Proves tokens for our own API. */
  readonly accessTokens: TokenVerifier;
  /** Tells applications of sessions that ended. */
  readonly logouts: LogoutCourier;
  /** Removes grants and tokens that have expired; called by the timetable. */
  sweep(limit: number): Promise<void>;
  /** Learns of rotated keys; called by the timetable. */
  refreshKeys(): Promise<void>;
}

/** Builds the provider's room. */
export async function createOidc(deps: OidcDeps): Promise<Oidc> {
  const { settings, clients, sessions, audit, logger } = deps;
  const notes = createNoteBook(deps.clock);
  const people = createPeople(sessions, notes, deps.clock);
  const told = createToldApplications(deps.cookies, clients);
  const screens = createScreens(deps.page, notes, told);
  const parts = {
    ...deps,
    notes,
    people,
    screens,
    told,
    names: createArtifactNames(deps.digest, notes),
    sessionCookie: createSessionCookie(settings),
  };
  const live = createLiveSessions(parts);
  const adapter = createAdapter({ ...parts, keeper: live, unusedSecret: deps.ids.secret() });

  const host = await createProviderHost(
    deps.keys,
    (keys) => createProvider(settings, { ...parts, adapter, keys }),
    logger,
  );
  const names = cookieNames(settings.secure);

  return {
    middleware: [
      createDocuments(() => host.current),
      createSameSiteHop({ sessionCookie: names.session, show: screens.hop, readForm }),
      openFormActions as Middleware,
      passSignedOut as Middleware,
      createTrail({ audit, notes, logger }) as Middleware,
      createPartings(parts) as Middleware,
      createCookieGuard(names.session, notes) as Middleware,
      createCodeSettler(parts) as Middleware,
      serve(() => host.current),
    ],
    interactions: createInteractions({ ...parts, host }),
    people,
    signedIn: createSignedInPeople({ ...parts, host }),
    live,
    accessTokens: createAccessTokens({ ...parts, issuer: settings.issuer, keys: () => host.keys }),
    logouts: createLogoutCourier(host),
    sweep: (limit) =>
      deps.units.run(lookUp, (unit) => deps.tokens.sweep(unit, deps.clock.now(), limit)),
    refreshKeys: () => host.refresh(),
  };
}

/** Serves with the engine of the moment a request begins in. */
function serve(current: () => Engine): Middleware {
  const mounted = new WeakMap<Engine, Middleware>();
  return (context, next) => {
    const engine = current();
    const middleware = mounted.get(engine) ?? mount('/', engine);
    mounted.set(engine, middleware);
    return middleware(context, next);
  };
}

async function readForm(context: Context): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(context, 'application/x-www-form-urlencoded'));
}
