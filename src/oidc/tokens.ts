import { ABSOLUTE_LIFETIME, ANONYMOUS_LIFETIME, sessionEnd } from '#src/features/sessions/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DAY, epochSeconds, fromEpochSeconds, HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { People } from './account.ts';
import { ownMetadata } from './client-metadata.ts';
import { type EngineClient, type EngineContext, type EngineSession, errors } from './engine.ts';

const seconds = (milliseconds: number) => Math.floor(milliseconds / SECOND);

/** How long what the provider issues lives, in seconds. */
export const LIFETIMES = {
  accessToken: seconds(10 * MINUTE),
  idToken: seconds(10 * MINUTE),
  authorizationCode: seconds(MINUTE),
  interaction: seconds(30 * MINUTE),
  /** A refresh token unused for so long is void … */
  refreshIdle: seconds(ABSOLUTE_LIFETIME),
  /** … and its family is after so long, however busy. */
  refreshFamily: seconds(30 * DAY),
  /** Longer than any family under it: the engine never extends a grant. */
  grant: seconds(30 * DAY + ABSOLUTE_LIFETIME + HOUR),
} as const;

/** Seconds until a session ends, judged now: 24 h from its last use, 7 days from its sign-in (R7.1, R7.2). */
export function createSessionLifetime(clock: Clock) {
  return (_context: EngineContext, session: EngineSession): number => {
    const now = clock.now();
    if (session.accountId === undefined || session.loginTs === undefined)
      return seconds(ANONYMOUS_LIFETIME);
    const end = sessionEnd(fromEpochSeconds(session.loginTs), now);
    return Math.max(1, epochSeconds(end) - epochSeconds(now));
  };
}

/** Seconds a refresh token lives: its idle time, but never past its family's end. */
export function createRefreshLifetime(clock: Clock) {
  return (_context: EngineContext, token: { readonly iiat?: number | undefined }): number => {
    const now = epochSeconds(clock.now());
    const familyEnd = (token.iiat ?? now) + LIFETIMES.refreshFamily;
    return Math.max(1, Math.min(LIFETIMES.refreshIdle, familyEnd - now));
  };
}

/** RFC 8707: a JWT access token for a resource the client was registered for, and no other. */
export function resourceServerInfo(
  _context: EngineContext,
  resource: string,
  client: EngineClient,
) {
  const { avian_resources: allowed, avian_resource_scopes: scopes } = ownMetadata(client);
  if (!allowed.includes(resource)) throw new errors.InvalidTarget();
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenFormat: 'jwt' as const,
    accessTokenTTL: LIFETIMES.accessToken,
    jwt: { sign: { alg: 'ES256' as const } },
  };
}

/** A machine that may reach one resource need not name it; a person's application always does. */
export function defaultResource(
  _context: EngineContext,
  client: EngineClient,
  oneOf?: readonly string[],
): string | string[] | undefined {
  if (oneOf) return [...oneOf];
  const { avian_resources: resources, avian_kind: kind } = ownMetadata(client);
  return kind === 'machine' && resources.length === 1 ? resources[0] : undefined;
}

/** What access tokens say beyond RFC 9068's required claims: R3.4's `tenant_id`, `roles`, `sid`, and how the person signed in. */
export function createExtraClaims(people: People) {
  return async (context: EngineContext, token: TokenAbout) => {
    if (token.accountId === undefined) {
      const client = context.oidc.client;
      const tenant = client && ownMetadata(client).avian_tenant_id;
      return tenant === undefined ? undefined : { tenant_id: tenant };
    }
    const person = await people.get(userId(token.accountId));
    const { AuthorizationCode: code, RefreshToken: refresh } = context.oidc.entities;
    const source = refresh ?? code;
    return {
      tenant_id: person.tenantId,
      roles: [person.role],
      sid: token.sessionUid,
      auth_time: source?.authTime,
      acr: source?.acr,
      amr: source?.amr,
    };
  };
}

interface TokenAbout {
  readonly accountId?: string;
  readonly sessionUid?: string;
}
