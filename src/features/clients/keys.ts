/** A public key, as RFC 7517 writes it. */
export type Jwk = Readonly<Record<string, unknown>>;

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const MOST_KEYS = 10;

/** The key types the product verifies: their algorithms, their public members, and what must be true of them. */
const TYPES: Readonly<Record<string, KeyType>> = {
  RSA: {
    algorithms: ['RS256', 'PS256'],
    members: ['n', 'e'],
    fault: ({ n }) => (octets(n) < 256 ? 'An RSA key needs 2048 bits or more.' : undefined),
  },
  EC: {
    algorithms: ['ES256'],
    members: ['crv', 'x', 'y'],
    fault: ({ crv, x, y }) =>
      crv === 'P-256' && octets(x) === 32 && octets(y) === 32
        ? undefined
        : 'An EC key must be on the curve P-256.',
  },
  OKP: {
    algorithms: ['EdDSA'],
    members: ['crv', 'x'],
    fault: ({ crv, x }) =>
      crv === 'Ed25519' && octets(x) === 32 ? undefined : 'An OKP key must be an Ed25519 key.',
  },
};

interface KeyType {
  readonly algorithms: readonly string[];
  readonly members: readonly string[];
  fault(key: Jwk): string | undefined;
}

/** What is wrong with a key set for private_key_jwt: public keys only, each one told from the others. */
export function keySetFault(keys: readonly Jwk[]): string | undefined {
  if (keys.length === 0) return 'There is no key in it.';
  if (keys.length > MOST_KEYS) return `At most ${MOST_KEYS} keys, please.`;
  const fault = keys.map(keyFault).find((found) => found !== undefined);
  return fault ?? kidFault(keys);
}

/** The members of a public key, without what it may carry besides. */
export function publicKey(key: Jwk): Jwk {
  const kept = ['kty', 'kid', 'alg', 'use', ...(typeOf(key)?.members ?? [])];
  return Object.fromEntries(Object.entries(key).filter(([name]) => kept.includes(name)));
}

function keyFault(key: Jwk): string | undefined {
  if (key['kty'] === 'oct') return 'This is a shared secret: give public keys only.';
  if (PRIVATE.some((name) => name in key)) {
    return 'This is a private key: keep it to yourself, and give its public half.';
  }
  const type = typeOf(key);
  if (type === undefined) return 'Use an RSA, EC (P-256) or OKP (Ed25519) key.';
  if (!type.members.every((name) => isText(key[name]))) return 'A key lacks a member it needs.';
  if (key['use'] !== undefined && key['use'] !== 'sig') return 'A key is not for signatures.';
  if (key['alg'] !== undefined && !type.algorithms.some((known) => known === key['alg'])) {
    return `Its algorithm must be one of ${type.algorithms.join(', ')}.`;
  }
  return type.fault(key);
}

function kidFault(keys: readonly Jwk[]): string | undefined {
  const kids = keys.map((key) => key['kid']);
  if (!kids.every((kid) => kid === undefined || isText(kid))) return 'A key’s kid is not text.';
  return keys.length > 1 && (kids.includes(undefined) || new Set(kids).size < kids.length)
    ? 'Each of several keys needs a kid of its own.'
    : undefined;
}

function typeOf(key: Jwk): KeyType | undefined {
  const kty = String(key['kty']);
  return Object.hasOwn(TYPES, kty) ? TYPES[kty] : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 2000;
}

/** How many octets a base64url value stands for; none when it is no such value. */
function octets(value: unknown): number {
  return isText(value) && BASE64URL.test(value) ? Math.floor((value.length * 3) / 4) : 0;
}
