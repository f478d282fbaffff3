import * as jose from 'jose';
import type { Configuration } from 'openid-client';

/** Which sessions end: those of one sign-in (`sid`), or all of a person (`sub`) when no `sid` came. */
export interface Ended {
  readonly sid?: string;
  readonly sub?: string;
}

export interface LogoutTokenOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Fetches the provider's keys; the built-in `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Reads the token that the provider posts when somebody signs out elsewhere, by the rules of OpenID
 * Connect Back-Channel Logout 1.0 §2.6: signed by the provider, for this application, fresh, of the
 * right type, about a session or a person, never an ID token in disguise, and never seen before.
 */
export function createLogoutTokenReader(
  options: LogoutTokenOptions,
  provider: () => Promise<Configuration>,
) {
  const takeOnce = createSeenTokens();
  let keys: jose.JWTVerifyGetKey | undefined;

  return async function read(token: string): Promise<Ended> {
    keys ??= keysOf(await provider(), options.fetch);
    const { payload } = await jose.jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.clientId,
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      maxTokenAge: '5 minutes',
      clockTolerance: TOLERANCE,
    });
    const ended = endedBy(payload);
    takeOnce(String(payload.jti), Number(payload.exp) + TOLERANCE);
    return ended;
  };
}

/** Seconds by which the two clocks may differ. */
const TOLERANCE = 10;

function endedBy({ events, nonce, sid, sub, jti }: jose.JWTPayload): Ended {
  if (!isRecord(events) || !isRecord(events[EVENT])) throw new Error('Not a logout event.');
  if (nonce !== undefined) throw new Error('A logout token has no nonce.');
  if (typeof jti !== 'string') throw new Error('It cannot be told from others.');
  if (typeof sid === 'string') return { sid, ...(sub !== undefined && { sub }) };
  if (sub === undefined) throw new Error('It names nobody.');
  return { sub };
}

/** Refuses a token that came before; forgets those that have expired, which are refused anyway. */
function createSeenTokens() {
  const seen = new Map<string, number>();
  return (jti: string, expiresAt: number): void => {
    const now = Date.now() / 1000;
    for (const [id, expiry] of seen) if (expiry < now) seen.delete(id);
    if (seen.has(jti)) throw new Error('This logout token came before.');
    seen.set(jti, expiresAt);
  };
}

/** The provider's public keys: fetched when first needed, and again when a new one signs. */
function keysOf(provider: Configuration, reach = fetch): jose.JWTVerifyGetKey {
  const { jwks_uri } = provider.serverMetadata();
  if (jwks_uri === undefined) throw new Error('The provider publishes no keys.');
  return jose.createRemoteJWKSet(new URL(jwks_uri), { [jose.customFetch]: reach });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
