import { API_RESOURCE, isPermission } from '#src/features/access/index.ts';
import { ABSOLUTE_LIFETIME, ANONYMOUS_LIFETIME, sessionEnd } from '#src/features/sessions/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DAY, epochSeconds, fromEpochSeconds, HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { People } from './account.ts';
import { type OwnMetadata, ownMetadata } from './client-metadata.ts';
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

/** RFC 8707: a JWT access token for a resource the client was registered for, and no other; for our own API, of permissions alone. */
export function resourceServerInfo(
  _context: EngineContext,
  resource: string,
  client: EngineClient,
) {
  const own = ownMetadata(client);
  if (!own.avian_resources.includes(resource)) throw new errors.InvalidTarget();
  return {
    scope: scopesFor(resource, own).join(' '),
    audience: resource,
    accessTokenFormat: 'jwt' as const,
    accessTokenTTL: LIFETIMES.accessToken,
    jwt: { sign: { alg: 'ES256' as const } },
  };
}

/** Of a client's scopes, those that the resource offers; one that is registered nowhere takes any (ADR 0047). */
function scopesFor(resource: string, own: OwnMetadata): readonly string[] {
  const { avian_resource_scopes: scopes, avian_registered: registered } = own;
  if (resource === API_RESOURCE) return scopes.filter(isPermission);
  const found = registered.find(({ identifier }) => identifier === resource);
  return found ? scopes.filter((scope) => found.scopes.includes(scope)) : scopes;
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
    if (token.accountId === undefined) return machineClaims(context.oidc.client);
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

/** Throws for a machine of a tenant that is not active: it gets no token, for whichever API. */
function machineClaims(client: EngineClient | undefined) {
  if (!client) return undefined;
  const { avian_tenant_id: tenant, avian_suspended: isSuspended } = ownMetadata(client);
  if (isSuspended) throw new errors.UnauthorizedClient('the tenant of this client is suspended');
  return tenant === undefined ? undefined : { tenant_id: tenant };
}

interface TokenAbout {
  readonly accountId?: string;
  readonly sessionUid?: string;
}
