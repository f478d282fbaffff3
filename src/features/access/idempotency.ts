import { type Clock, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import type { Claim, IdempotencyKeys, KeptAnswer, KeyedRequest } from '#src/kernel/idempotency.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Digest, Sealer } from '#src/kernel/ports.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';

/** Which key: its tenant's, its caller's, and the instant of this claim to it. */
export interface ClaimedKey {
  readonly tenantId: TenantId;
  readonly callerDigest: string;
  readonly keyDigest: string;
  readonly createdAt: Date;
}

/** The claim that holds a key. */
export interface KeyHolder {
  readonly requestDigest: string;
  readonly createdAt: Date;
  /** Once it was answered. */
  readonly answerSealed?: string;
}

/** What storage owes the keys. */
export interface IdempotencyStore {
  /**
   * Takes a key that is free, or whose claim is over. Otherwise answers with who holds it; of any number of
   * callers at once exactly one is told nobody.
   */
  claim(
    unit: Unit,
    key: ClaimedKey & { readonly requestDigest: string; readonly expiresAt: Date },
  ): Promise<KeyHolder | undefined>;
  /** Puts the answer, if the key is still this claim's. */
  keep(unit: Unit, key: ClaimedKey, answerSealed: string): Promise<void>;
  /** Gives up a claim that was not answered. */
  free(unit: Unit, key: ClaimedKey): Promise<void>;
  /** Removes claims that are over. */
  sweep(unit: Unit, now: Date, limit: number): Promise<void>;
}

export interface IdempotencyDeps {
  readonly units: Units;
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly sealer: Sealer;
}

export interface Idempotency extends IdempotencyKeys {
  /** Removes keys that stand for nothing any more. */
  sweep(limit: number): Promise<void>;
}

/** How long a key stands for its request. */
const KEPT = 24 * HOUR;
/** No request runs as long: what is under way for longer never ended. */
const LONGEST_REQUEST = MINUTE;

/** Keeps keys for a day: digests of them and of what was asked, and the answers sealed. */
export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { units, store, clock, sealer } = deps;

  return {
    async claim(scope, request) {
      const now = clock.now();
      const key = keyOf(deps.digest, scope, request, now);
      const holder = await units.run(scope, (unit) =>
        store.claim(unit, { ...key, expiresAt: later(now, KEPT) }),
      );
      if (holder) return judge(holder, { ...key, now }, sealer);
      return {
        kind: 'first',
        keep: (answer) =>
          units.run(scope, (unit) =>
            store.keep(unit, key, sealer.seal(JSON.stringify(answer), contextOf(key))),
          ),
        free: () => units.run(scope, (unit) => store.free(unit, key)),
      };
    },
    sweep: (limit) =>
      units.run({ kind: 'system', job: 'sweep-idempotency-keys' }, (unit) =>
        store.sweep(unit, clock.now(), limit),
      ),
  };
}

function keyOf(digest: Digest, scope: AdminScope, request: KeyedRequest, now: Date) {
  const { actor, home } = scope.by;
  const { key, method, path, content } = request;
  return {
    tenantId: tenantOf(scope) ?? home,
    callerDigest: digest.of('idempotency-caller', JSON.stringify([actor.kind, actor.id, home])),
    keyDigest: digest.of('idempotency-key', JSON.stringify([method, path, key])),
    requestDigest: digest.of('idempotency-request', content),
    createdAt: now,
  };
}

function judge(
  holder: KeyHolder,
  asked: ClaimedKey & { readonly requestDigest: string; readonly now: Date },
  sealer: Sealer,
): Claim {
  if (holder.requestDigest !== asked.requestDigest) return { kind: 'other-request' };
  if (holder.answerSealed !== undefined) {
    const answer = sealer.open(holder.answerSealed, contextOf(asked));
    return { kind: 'answered', answer: JSON.parse(answer) as KeptAnswer };
  }
  const isLost = later(holder.createdAt, LONGEST_REQUEST) < asked.now;
  return { kind: isLost ? 'lost' : 'under-way' };
}

/** An answer opens at its own key only. */
function contextOf({ tenantId, callerDigest, keyDigest }: ClaimedKey): string {
  return `idempotency:${tenantId}:${callerDigest}:${keyDigest}`;
}
