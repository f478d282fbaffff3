import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { sha256 } from '#src/infra/crypto/digest.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import { type Clock, epochSeconds, fromEpochSeconds } from '#src/kernel/clock.ts';
import type { ArtifactNames } from './names.ts';

export interface ProofDeps {
  readonly issuer: string;
  readonly store: Pick<EphemeralStore, 'create'>;
  readonly names: Pick<ArtifactNames, 'key'>;
  readonly clock: Clock;
}

/** What a proof must have been made for. */
export interface Proved {
  readonly token: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly key: string;
  readonly clientId: string;
  readonly method: string;
  readonly path: string;
}

/** What proofs may be signed with, at the provider and at our own API. */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA'] as const;

const LONGEST = 8192;
/** How far from now a proof's `iat` may be, in seconds; as the engine has it. */
const WINDOW = 300;

const Claims = z.object({
  jti: z.string().min(1),
  iat: z.number().int(),
  htm: z.string(),
  htu: z.string(),
  ath: z.string(),
});

/**
 * Judges a proof of possession for an access token (RFC 9449 §4.3, §7.1): made for this token, method and
 * address, with the key that the token is bound to, just now, and never seen before. The API asks for no nonce,
 * and what the provider's other endpoints gave out as one is theirs to judge.
 */
export function createProofs({ issuer, store, names, clock }: ProofDeps) {
  return async (proof: string, proved: Proved): Promise<boolean> => {
    const claims = proof.length <= LONGEST ? await read(proof, proved.key) : undefined;
    if (!claims || !fits(claims, proved)) return false;
    const named = JSON.stringify([proved.clientId, claims.jti]);
    // Until no proof of that time would pass any more.
    const expiresAt = fromEpochSeconds(claims.iat + WINDOW + 1);
    return store.create(names.key('ReplayDetection', named), { value: '', expiresAt });
  };

  async function read(proof: string, key: string) {
    try {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        algorithms: [...PROOF_ALGORITHMS],
        typ: 'dpop+jwt',
        currentDate: clock.now(),
      });
      const { jwk } = protectedHeader;
      if (!jwk || (await calculateJwkThumbprint(jwk)) !== key) return undefined;
      return Claims.safeParse(payload).data;
    } catch {
      // Nobody else is asked in there: whatever went wrong, the proof is why.
      return undefined;
    }
  }

  function fits({ iat, htm, htu, ath }: z.output<typeof Claims>, proved: Proved): boolean {
    return (
      Math.abs(epochSeconds(clock.now()) - iat) <= WINDOW &&
      htm === proved.method &&
      isAt(htu, `${issuer}${proved.path}`) &&
      ath === sha256(proved.token).toString('base64url')
    );
  }
}

/** Whether both name one address, whatever query and fragment the first has (RFC 9449 §4.3, ninth check). */
function isAt(htu: string, address: string): boolean {
  const url = URL.parse(htu);
  if (!url) return false;
  url.search = '';
  url.hash = '';
  return url.href === URL.parse(address)?.href;
}
