import type { Audit } from '#src/features/audit/index.ts';
import { SECOND } from '#src/kernel/clock.ts';
import { clientId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createCache } from './cache.ts';
import { type Client, isClientId, type RegisteredClient } from './client.ts';
import { type ClientDraft, judgeClient } from './policy.ts';
import { type Created, createRegistering, loggedOf, type RegisteringDeps } from './registering.ts';
import { holdsDigest } from './secrets.ts';

export interface Clients {
  /**
   * Registers an application; throws `InvalidInput` with every fault by field. Web and machine clients
   * without keys of their own get a secret, which is told here and never again.
   */
  create(draft: ClientDraft): Promise<Created>;
  list(): Promise<readonly Client[]>;
  /** By id, in whichever tenant. Known ones are remembered for some seconds, a new one is there at once. */
  find(id: string): Promise<RegisteredClient | undefined>;
  /** Learns of a change at once; other nodes do within some seconds. */
  forget(id: string): void;
  /** Whether a secret is one of the client's that has not expired, found out in constant time. */
  holdsSecret(client: RegisteredClient, secret: string): boolean;
}

export interface ClientsDeps extends RegisteringDeps {
  readonly units: Units;
  readonly audit: Audit;
}

/** Whoever works at the machine itself; and what is asked before a client's tenant is known. */
export const COMMAND_LINE = { kind: 'system', job: 'clients' } as const satisfies Scope;

const MEMORY = { ttl: 5 * SECOND, most: 1000 };

export function createClients(deps: ClientsDeps): Clients {
  const { units, store, audit, clock, digest } = deps;
  const digestOf = (secret: string) => digest.of('client-secret', secret);
  const remembered = createCache(
    (id) => units.once(COMMAND_LINE, (unit) => store.locate(unit, clientId(id))),
    clock,
    MEMORY,
  );

  const registering = createRegistering(deps);

  return {
    async create(draft) {
      const registration = judgeClient(draft);
      return units.run(COMMAND_LINE, async (unit) => {
        await registering.judgeOffers(unit, registration);
        const created = await registering.register(unit, registration);
        const { id, tenantId } = created.client;
        await audit.record(unit, {
          action: 'client.created',
          outcome: 'success',
          ...(tenantId !== undefined && { tenantId }),
          resource: { type: 'client', id },
          details: loggedOf(registration),
        });
        return created;
      });
    },

    list: () => units.once(COMMAND_LINE, (unit) => store.list(unit)),

    find: async (id) => (isClientId(id) ? remembered.get(id) : undefined),

    forget: (id) => remembered.forget(id),

    holdsSecret: (client, secret) => holdsDigest(client, digestOf(secret), clock.now()),
  };
}
