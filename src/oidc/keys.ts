import type { Action, Audit } from '#src/features/audit/index.ts';
import {
  generateSigningKey,
  type SigningAlgorithm,
  type SigningKey,
} from '#src/infra/crypto/keys.ts';
import { type Clock, DAY, later } from '#src/kernel/clock.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import type { KeyStore, StoredKey } from './keys.store.ts';

/** The algorithms the provider signs with: RS256 is OpenID Connect's default, ES256 signs access tokens (D10). */
const ALGORITHMS = ['RS256', 'ES256'] as const satisfies readonly SigningAlgorithm[];

/** A signing key as people may see it. */
export interface KeyFacts {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly state: 'pending' | 'active' | 'retiring' | 'revoked';
  readonly createdAt: Date;
  /** When it entered its state. */
  readonly changedAt: Date;
}

export interface Keys {
  list(): Promise<readonly KeyFacts[]>;
  /** The next key signs, the present one retires, and a new next one is published. Both algorithms at once. */
  rotate(): Promise<readonly KeyFacts[]>;
  /** Gives up keys that have been retiring for longer than any session lives; called by the timetable. */
  retire(): Promise<void>;
  /** What to sign with and publish now, in the engine's order of preference; made at first start. `version` changes with every rotation. */
  current(): Promise<{ readonly version: string; readonly keys: readonly SigningKey[] }>;
  /** The version alone: what a node asks to learn of a rotation elsewhere. */
  version(): Promise<string>;
}

export interface KeysDeps {
  readonly units: Units;
  readonly store: KeyStore;
  readonly sealer: Sealer;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

const scope: Scope = { kind: 'system', job: 'signing-keys' };
/** A sign-out may name an ID token from the beginning of the longest session. */
const RETIREMENT = 8 * DAY;
const context = (kid: string) => `signing-key:${kid}`;
const PREFERENCE = { active: 0, pending: 1, retiring: 2, revoked: 3 } as const;

/**
 * The provider's signing keys: sealed in Postgres, made at first start (D10).
 *
 * A key is published before it signs and after it did: pending, active, retiring. So relying
 * applications that cache the JWKS never meet a signature they can't check.
 */
export function createKeys(deps: KeysDeps): Keys {
  const { units, store, sealer, audit, clock } = deps;
  const record = (unit: Unit, action: Action) =>
    audit.record(unit, { action, outcome: 'success', actor: SERVER });

  async function ensure(unit: Unit): Promise<readonly StoredKey[]> {
    const present = await store.all(unit);
    if (present.length > 0) return present;
    await store.lock(unit);
    const raced = await store.all(unit);
    if (raced.length > 0) return raced;
    for (const alg of ALGORITHMS) {
      await store.insert(unit, await make('active', alg, deps));
      await store.insert(unit, await make('pending', alg, deps));
    }
    await record(unit, 'keys.generated');
    return store.all(unit);
  }

  return {
    list: () => units.run(scope, async (unit) => (await ensure(unit)).map(facts)),

    rotate: () =>
      units.run(scope, async (unit) => {
        await store.lock(unit);
        const keys = await ensure(unit);
        for (const alg of ALGORITHMS) await advance(unit, keys, alg, deps);
        await record(unit, 'keys.rotated');
        return (await store.all(unit)).map(facts);
      }),

    retire: () =>
      units.run(scope, async (unit) => {
        const now = clock.now();
        const spent = (await store.all(unit)).filter((key) => isSpent(key, now));
        if (spent.length === 0) return;
        await store.move(unit, kidsOf(spent), 'revoked', now);
        await record(unit, 'keys.retired');
      }),

    current: () =>
      units.run(scope, async (unit) => {
        const keys = [...(await ensure(unit))].filter(({ state }) => state !== 'revoked');
        keys.sort((a, b) => PREFERENCE[a.state] - PREFERENCE[b.state]);
        return {
          version: await store.version(unit),
          keys: keys.map((key) => opened(key, sealer)),
        };
      }),

    version: () => units.run(scope, (unit) => store.version(unit)),
  };
}

async function make(
  state: 'active' | 'pending',
  alg: SigningAlgorithm,
  { sealer, clock }: KeysDeps,
): Promise<StoredKey> {
  const key = await generateSigningKey(alg);
  const { kid } = key;
  const now = clock.now();
  const privateSealed = sealer.seal(JSON.stringify(key), context(kid));
  return { kid, alg, state, privateSealed, createdAt: now, changedAt: now };
}

async function advance(
  unit: Unit,
  keys: readonly StoredKey[],
  alg: SigningAlgorithm,
  deps: KeysDeps,
): Promise<void> {
  const { store, clock } = deps;
  const now = clock.now();
  const of = (state: StoredKey['state']) =>
    kidsOf(keys.filter((key) => key.alg === alg && key.state === state));
  await store.move(unit, of('active'), 'retiring', now);
  await store.move(unit, of('pending'), 'active', now);
  await store.insert(unit, await make('pending', alg, deps));
}

function isSpent({ state, changedAt }: StoredKey, now: Date): boolean {
  return state === 'retiring' && later(changedAt, RETIREMENT) <= now;
}

function kidsOf(keys: readonly StoredKey[]): string[] {
  return keys.map(({ kid }) => kid);
}

function opened({ kid, privateSealed }: StoredKey, sealer: Sealer): SigningKey {
  return JSON.parse(sealer.open(privateSealed, context(kid))) as SigningKey;
}

const SERVER = { kind: 'system', id: 'signing-keys' } as const;

function facts({ kid, alg, state, createdAt, changedAt }: StoredKey): KeyFacts {
  return { kid, alg, state, createdAt, changedAt };
}
