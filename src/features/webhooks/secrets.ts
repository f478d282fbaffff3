import { type Clock, DAY, later } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import { done, type Outcome } from '#src/kernel/outcome.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { nextVersion } from '#src/kernel/version.ts';
import { type ChangingDeps, createChange, type WebhookRefusal } from './changing.ts';
import type { KeptWebhook } from './store.ts';
import type { Secrets, Webhook } from './webhook.ts';

export interface Rotation {
  /** Makes a new secret, told now and never again; the one before signs beside it for `overlap` milliseconds. */
  rotate(
    scope: AdminScope,
    id: string,
    wanted: { readonly overlap?: number },
  ): Promise<Outcome<{ readonly webhook: Webhook; readonly secret: string }, WebhookRefusal>>;
}

export interface SecretDeps {
  readonly sealer: Sealer;
  readonly ids: Ids;
  readonly clock: Clock;
  /** A secret as receivers take it, of so many random bytes in base64url. */
  readonly secretOf: (random: string) => string;
}

export interface MadeSecret {
  readonly secret: string;
  readonly secretSealed: string;
}

/** How long the secret before signs beside a new one, unless told. */
const OVERLAP = DAY;

/** Makes secrets, each sealed for its receiver: moved to another, it does not open. */
export function createSecretMaker({ ids, sealer, secretOf }: SecretDeps) {
  return (id: string): MadeSecret => {
    const secret = secretOf(ids.secret());
    return { secret, secretSealed: sealer.seal(secret, contextOf(id)) };
  };
}

/** The secrets that sign for a receiver at an instant, the newest first. */
export function secretsOf(
  sealer: Sealer,
  { id, secretSealed, previous }: Secrets & { readonly id: string },
  now: Date,
): readonly string[] {
  const sealed =
    previous && now < previous.until ? [secretSealed, previous.sealed] : [secretSealed];
  return sealed.map((text) => sealer.open(text, contextOf(id)));
}

export function createRotation(
  deps: ChangingDeps & Pick<SecretDeps, 'clock'> & { makeSecret: (id: string) => MadeSecret },
): Rotation {
  const { store, clock, makeSecret } = deps;
  const change = createChange(deps);

  return {
    rotate: (scope, id, { overlap = OVERLAP }) =>
      change({ scope, id, action: 'webhook.secret-rotated' }, async (unit, before) => {
        const { secret, secretSealed } = makeSecret(id);
        const until = overlap > 0 ? later(clock.now(), overlap) : undefined;
        const { previous: _, ...rest } = before;
        const webhook: KeptWebhook = {
          ...{ ...rest, secretSealed },
          ...(until && { previous: { sealed: before.secretSealed, until } }),
          updatedAt: nextVersion(before.updatedAt, clock.now()),
        };
        await store.update(unit, webhook);
        const details = { previousUntil: until?.toISOString() ?? null };
        return { ...done({ webhook, secret }), details };
      }),
  };
}

function contextOf(id: string): string {
  return `webhook ${id}`;
}
