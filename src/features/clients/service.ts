import type { Audit } from '#src/features/audit/index.ts';
import { type Clock, SECOND } from '#src/kernel/clock.ts';
import { type ClientId, clientId, type Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createCache } from './cache.ts';
import type { Client, RegisteredClient } from './client.ts';
import { type ClientDraft, isConfidential, judgeClient } from './policy.ts';
import { holdsDigest } from './secrets.ts';
import type { ClientSecret, ClientStore } from './store.ts';

export interface Clients {
  /**
   * Registers an application; throws `InvalidInput` with every fault by field. Web and machine clients
   * without keys of their own get a secret, which is told here and never again.
   */
  create(draft: ClientDraft): Promise<{ readonly client: Client; readonly secret?: string }>;
  list(): Promise<readonly Client[]>;
  /** By id, in whichever tenant. Known ones are remembered for some seconds, a new one is there at once. */
  find(id: string): Promise<RegisteredClient | undefined>;
  /** Whether a secret is one of the client's that has not expired, found out in constant time. */
  holdsSecret(client: RegisteredClient, secret: string): boolean;
}

export interface ClientsDeps {
  readonly units: Units;
  readonly store: ClientStore;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
}

const SCOPE = { kind: 'system', job: 'clients' } as const satisfies Scope;
const MEMORY = { ttl: 5 * SECOND, most: 1000 };

/** What an id can look like. Anything else names no client, and is not worth a question. */
const ID = /^[\x21-\x7e]{1,255}$/;

export function createClients(deps: ClientsDeps): Clients {
  const { units, store, audit, clock, ids, digest } = deps;
  const digestOf = (secret: string) => digest.of('client-secret', secret);
  const remembered = createCache(
    (id) => units.once(SCOPE, (unit) => store.locate(unit, clientId(id))),
    clock,
    MEMORY,
  );

  function secretOf(client: Client, secret: string): ClientSecret {
    return {
      id: ids.uuid(),
      clientId: client.id,
      ...(client.tenantId !== undefined && { tenantId: client.tenantId }),
      digest: digestOf(secret),
      createdAt: client.createdAt,
    };
  }

  return {
    async create(draft) {
      const registration = judgeClient(draft);
      const now = clock.now();
      const id = readableId(ids);
      const client: Client = {
        ...registration,
        id,
        status: 'active',
        createdAt: now,
        updatedAt: now,
      };
      const secret = isConfidential(client.kind) && !client.jwks ? ids.secret() : undefined;

      return units.run(SCOPE, async (unit) => {
        await store.insert(unit, client);
        if (secret !== undefined) await store.insertSecret(unit, secretOf(client, secret));
        await audit.record(unit, {
          action: 'client.created',
          outcome: 'success',
          actor: { kind: 'system', id: SCOPE.job },
          ...(client.tenantId !== undefined && { tenantId: client.tenantId }),
          resource: { type: 'client', id },
          details: { ...registration, ...(client.jwks && { jwks: client.jwks.keys.length }) },
        });
        return { client, ...(secret !== undefined && { secret }) };
      });
    },

    list: () => units.once(SCOPE, (unit) => store.list(unit)),

    find: async (id) => (ID.test(id) ? remembered(id) : undefined),

    holdsSecret: (client, secret) => holdsDigest(client, digestOf(secret), clock.now()),
  };
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
