import { createLocalJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import {
  API_RESOURCE,
  type Presented,
  type Proven,
  type TokenVerifier,
  type Unproven,
} from '#src/features/access/index.ts';
import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import type { SigningKey } from '#src/infra/crypto/keys.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import { type Clock, fromEpochSeconds } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { createProofs } from './dpop.ts';
import type { ArtifactNames } from './names.ts';
import type { Person } from './notes.ts';
import { factsOf, readSession } from './session-entry.ts';
import { LIFETIMES } from './tokens.ts';

export interface AccessTokenDeps {
  readonly issuer: string;
  /** The keys of this moment, those that sign no more and those that don't yet included. */
  readonly keys: () => readonly SigningKey[];
  readonly store: Pick<EphemeralStore, 'get' | 'members' | 'create'>;
  readonly names: Pick<ArtifactNames, 'key' | 'sessionIndex'>;
  readonly sessions: Pick<Sessions, 'judge'>;
  readonly clients: Pick<Clients, 'find'>;
  readonly clock: Clock;
}

/** Several times what a token with every permission there is takes. */
const LONGEST = 8192;
/** Three parts that encode something (RFC 7515 §7.1), before anything is decoded. */
const COMPACT = /^[\w-]{2,}\.[\w-]{2,}\.([\w-]{2,})$/;
/** Seconds by which clocks may differ, as the engine has it. */
const TOLERANCE = 5;

const Claims = z.object({
  aud: z.literal(API_RESOURCE),
  sub: z.string().min(1),
  client_id: z.string().min(1),
  scope: z.string().optional(),
  tenant_id: z.string().optional(),
  sid: z.string().min(1).optional(),
  auth_time: z.number().int().optional(),
  // Bound to anything else than a key for DPoP, it is bound to something nobody checks here.
  cnf: z.strictObject({ jkt: z.string().min(1) }).optional(),
});
type Claims = z.output<typeof Claims>;

/**
 * Proves access tokens for our own API (RFC 9068 §4, R3.5): signed by a key of ours, for this issuer and audience
 * and time, by a client that is still registered for it, with proof of possession where bound, and of a session
 * that lives. Roles and tenants are what they are now, whatever the token says of them.
 */
export function createAccessTokens(deps: AccessTokenDeps): TokenVerifier {
  const { clients } = deps;
  const read = createReader(deps);
  const isProof = createProofs(deps);
  const personOf = createPersonFinder(deps);

  async function bindingFault(
    { scheme, token, proofs, method, path }: Presented,
    { cnf, client_id: clientId }: Claims,
  ): Promise<Unproven | undefined> {
    if ((scheme === 'DPoP') !== (cnf !== undefined)) return 'binding';
    if (!cnf) return undefined;
    const [proof, ...others] = proofs;
    if (proof === undefined || others.length > 0) return 'proof';
    const proved = { token, key: cnf.jkt, clientId, method, path };
    return (await isProof(proof, proved)) ? undefined : 'proof';
  }

  return {
    async prove(presented) {
      const claims = await read(presented.token);
      if (!claims.ok) return claims;
      const about = claims.value;
      const client = await clients.find(about.client_id);
      if (!client || !isRegistered(client)) return refused('client-gone');
      const fault = await bindingFault(presented, about);
      if (fault) return refused(fault);
      if (isMachines(about)) return done(provenBy(about, client));
      const person = await personOf(about);
      return person ? done(provenBy(about, client, person)) : refused('session-ended');
    },
  };
}

/** Reads a token of ours; what a signature holds for is not yet said to hold now. */
function createReader({ issuer, keys, clock }: AccessTokenDeps) {
  const key = createKeyFinder(keys);

  return async (token: string): Promise<Outcome<Claims, 'malformed' | 'invalid'>> => {
    const signature = token.length <= LONGEST ? COMPACT.exec(token)?.[1] : undefined;
    // Bits that encode nothing could be altered, and the token would still be another (P4).
    if (signature === undefined || !isCanonical(signature)) return refused('malformed');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer,
        audience: API_RESOURCE,
        requiredClaims: ['exp', 'iat', 'jti'],
        maxTokenAge: LIFETIMES.accessToken,
        clockTolerance: TOLERANCE,
        currentDate: clock.now(),
      });
      const claims = Claims.safeParse(payload);
      return claims.success ? done(claims.data) : refused('invalid');
    } catch (error) {
      if (error instanceof errors.JOSEError) return refused('invalid');
      throw error;
    }
  };
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

/** Finds the key that a token names among our own, by their public halves; imported once for as long as they stay. */
function createKeyFinder(current: () => readonly SigningKey[]): JWTVerifyGetKey {
  const known = new WeakMap<readonly SigningKey[], JWTVerifyGetKey>();
  return (header, token) => {
    const keys = current();
    const found = known.get(keys) ?? createLocalJWKSet({ keys: publicHalves(keys) });
    known.set(keys, found);
    return found(header, token);
  };
}

function publicHalves(keys: readonly SigningKey[]) {
  return keys.flatMap(({ kty, crv, x, y, kid, alg, use }) =>
    alg === 'ES256' && kty && crv && x && y ? [{ kty, crv, x, y, kid, alg, use }] : [],
  );
}

/** Finds whose token it is, if its session lives and is still theirs. */
function createPersonFinder({ store, names, sessions }: AccessTokenDeps) {
  return async (claims: Claims): Promise<Person | undefined> => {
    const { sid, sub, auth_time: authTime } = claims;
    if (sid === undefined || authTime === undefined) return undefined;
    const keys = await store.members(names.sessionIndex(sid));
    const entries = await Promise.all(keys.map((key) => store.get(key)));
    const facts = entries
      .flatMap((entry) => (entry && factsOf(readSession(entry).payload)) ?? [])
      .find(({ uid, userId }) => uid === sid && userId === sub);
    if (!facts) return undefined;
    // Who signed in again within the session did not renew what was issued before.
    const issuedFor = fromEpochSeconds(authTime);
    const signedInAt = issuedFor < facts.signedInAt ? issuedFor : facts.signedInAt;
    const verdict = await sessions.judge({ ...facts, signedInAt });
    return verdict.alive ? verdict.user : undefined;
  };
}

function isRegistered({ status, resources }: RegisteredClient): boolean {
  return status === 'active' && resources.includes(API_RESOURCE);
}

/** A token that a client got for itself (RFC 9068 §2.2): it is its own subject, and there is no session. */
function isMachines({ sub, client_id: clientId, sid }: Claims): boolean {
  return sid === undefined && sub === clientId;
}

function provenBy(claims: Claims, client: RegisteredClient, person?: Person): Proven {
  const { scope = '', tenant_id: tenantId } = claims;
  const scopes = scope.split(' ').filter((one) => client.scopes.includes(one));
  return {
    client: { id: client.id, ...(client.tenantId && { tenantId: client.tenantId }) },
    ...(person && { person: { id: person.id, tenantId: person.tenantId, role: person.role } }),
    ...(tenantId !== undefined && { tenantId }),
    scopes,
  };
}
