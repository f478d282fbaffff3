import type { SigningKey } from '#src/infra/crypto/keys.ts';
import { createSigner, type Signer } from '#src/infra/crypto/signer.ts';
import { ExternalSigningKey } from './engine.ts';

/**
 * A signing key as the engine uses it: it has the signature and the public half, and never the private
 * one (ADR 0033).
 */
export class EngineKey extends ExternalSigningKey {
  readonly #facts: Pick<SigningKey, 'kid' | 'alg'>;
  readonly #signer: Signer;

  constructor(jwk: SigningKey) {
    super();
    this.#facts = { kid: jwk.kid, alg: jwk.alg };
    this.#signer = createSigner(jwk);
  }

  override get kid() {
    return this.#facts.kid;
  }

  override get alg() {
    return this.#facts.alg;
  }

  override keyObject() {
    return this.#signer.publicKey;
  }

  override sign(data: Uint8Array) {
    return this.#signer.sign(data);
  }
}
