import { type Clock, HOUR, later } from '#src/kernel/clock.ts';
import { clientId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import {
  type ChangingDeps,
  type ClientRefusal,
  createChange,
  type ManagingScope,
} from './changing.ts';
import { isClientId } from './client.ts';
import { holdsSecrets, type Registering } from './registering.ts';
import type { ClientSecret } from './store.ts';

/** How long the secret before stays valid beside a new one, unless told. */
const OVERLAP = 24 * HOUR;

/** A secret as it may be shown: by its id, never by what is kept of it. */
export interface SecretFacts {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

export interface ClientSecrets {
  /** Those that are valid, the newest first. Of a shared client, an operator's alone to see. */
  list(scope: AdminScope, id: string): Promise<Outcome<readonly SecretFacts[], ClientRefusal>>;
  /**
   * Makes a new one, told now and never again. The one before stays valid for `overlap` milliseconds, any
   * older one ends: of any number of rotations at once, two secrets are valid at most (ADR 0019).
   */
  rotate(
    scope: ManagingScope,
    id: string,
    wanted: { readonly overlap?: number },
  ): Promise<Outcome<SecretFacts & { readonly secret: string }, ClientRefusal | 'no-secrets'>>;
  /** Ends one at once, the last one too. */
  revoke(
    scope: AdminScope,
    id: string,
    secretId: string,
  ): Promise<Outcome<undefined, ClientRefusal | 'no-such-secret'>>;
}

export interface ClientSecretsDeps extends ChangingDeps {
  readonly registering: Registering;
  readonly clock: Clock;
}

export function createClientSecrets(deps: ClientSecretsDeps): ClientSecrets {
  const { units, store, clock, registering } = deps;
  const change = createChange(deps);

  /** Leaves the newest valid one for a while, and ends the others. */
  async function retire(unit: Unit, secrets: readonly ClientSecret[], overlap: number) {
    const now = clock.now();
    const valid = secrets.filter((secret) => isValid(secret, now));
    // One that is on its way out is never the newest, whatever the clock said when they were made.
    const newest = valid.find(({ expiresAt }) => expiresAt === undefined) ?? valid[0];
    const until = later(now, overlap);
    const end = newest?.expiresAt && newest.expiresAt < until ? newest.expiresAt : until;
    const kept = newest && end > now ? newest : undefined;
    if (kept) await store.expireSecret(unit, kept.id, end);
    const ended = secrets.filter((secret) => secret !== kept).map(({ id }) => id);
    await store.removeSecrets(unit, ended);
    return { kept: kept && { id: kept.id, expiresAt: end.toISOString() }, ended };
  }

  return {
    list: (scope, id) =>
      units.run(scope, async (unit) => {
        const found = isClientId(id) ? await store.find(unit, clientId(id)) : undefined;
        if (!found) return refused('unknown');
        if (found.tenantId === undefined && scope.kind !== 'operator') return refused('shared');
        const secrets = await store.secrets(unit, found.id);
        return done(secrets.filter((secret) => isValid(secret, clock.now())).map(factsOf));
      }),

    rotate: (scope, id, { overlap = OVERLAP }) =>
      change({ scope, id, action: 'client.secret-rotated' }, async (unit, client) => {
        if (!holdsSecrets(client)) return refused('no-secrets');
        const { kept, ended } = await retire(unit, await store.secrets(unit, client.id), overlap);
        const made = await registering.makeSecret(unit, client);
        const facts = factsOf(made.kept);
        return {
          ...done({ ...facts, secret: made.secret }),
          details: { made: facts.id, ...(kept && { kept }), ended },
        };
      }),

    revoke: (scope, id, secretId) =>
      change({ scope, id, action: 'client.secret-revoked' }, async (unit, client) => {
        const secrets = await store.secrets(unit, client.id);
        const found = secrets.find((secret) => secret.id === secretId);
        if (!found || !isValid(found, clock.now())) return refused('no-such-secret');
        await store.removeSecrets(unit, [found.id]);
        return { ...done(undefined), details: { ended: [found.id] } };
      }),
  };
}

function isValid({ expiresAt }: ClientSecret, now: Date): boolean {
  return expiresAt === undefined || now < expiresAt;
}

function factsOf({ id, createdAt, expiresAt }: ClientSecret): SecretFacts {
  return { id, createdAt, ...(expiresAt !== undefined && { expiresAt }) };
}
