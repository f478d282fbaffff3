import type { Resources } from '#src/features/resources/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type ClientId, clientId, type Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Client } from './client.ts';
import { isConfidential, judgeOffers, type Registration } from './policy.ts';
import type { ClientSecret, ClientStore } from './store.ts';

export interface RegisteringDeps {
  readonly store: ClientStore;
  readonly resources: Pick<Resources, 'offered'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
}

/** A new client, and its first secret where it has one: told now and never again. */
export interface Created {
  readonly client: Client;
  readonly secret?: string;
}

/** A secret, and what is kept of it. */
export interface MadeSecret {
  readonly secret: string;
  readonly kept: ClientSecret;
}

/** What making a client and making a secret have in common, whoever asks for them. */
export interface Registering {
  /** Throws `InvalidInput` for scopes that none of the client's resources offers. */
  judgeOffers(unit: Unit, client: Pick<Client, 'tenantId' | 'scopes' | 'resources'>): Promise<void>;
  /** Writes a judged client; web and machine clients without keys of their own get a secret. */
  register(unit: Unit, registration: Registration): Promise<Created>;
  makeSecret(unit: Unit, client: Client): Promise<MadeSecret>;
}

export function createRegistering(deps: RegisteringDeps): Registering {
  const { store, resources, clock, ids, digest } = deps;

  async function makeSecret(unit: Unit, { id, tenantId }: Client): Promise<MadeSecret> {
    const secret = ids.secret();
    const kept: ClientSecret = {
      id: ids.uuid(),
      clientId: id,
      ...(tenantId !== undefined && { tenantId }),
      digest: digest.of('client-secret', secret),
      createdAt: clock.now(),
    };
    await store.insertSecret(unit, kept);
    return { secret, kept };
  }

  return {
    async judgeOffers(unit, { tenantId, scopes, resources: named }) {
      judgeOffers({ scopes, resources: named }, await resources.offered(unit, tenantId, named));
    },

    async register(unit, registration) {
      const now = clock.now();
      const id = readableId(ids);
      const client: Client = {
        ...{ ...registration, id, status: 'active', createdAt: now, updatedAt: now },
      };
      await store.insert(unit, client);
      if (!holdsSecrets(client)) return { client };
      const { secret } = await makeSecret(unit, client);
      return { client, secret };
    },

    makeSecret,
  };
}

/** Whether it proves itself by a secret: not where it can keep none, nor where it has keys. */
export function holdsSecrets({ kind, jwks }: Pick<Client, 'kind' | 'jwks'>): boolean {
  return isConfidential(kind) && jwks === undefined;
}

/** What the log says of a registration: its keys are counted, not shown. */
export function loggedOf(registration: Partial<Registration>) {
  const { jwks } = registration;
  return { ...registration, ...(jwks && { jwks: jwks.keys.length }) };
}

/** Twenty-four small letters and digits: easy to read out, and some 120 bits. */
function readableId(ids: Ids): ClientId {
  return clientId(
    ids
      .secret()
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 24),
  );
}
