import type { ClientId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Client, RegisteredClient } from './client.ts';

/** What storage owes the clients' room. */
export interface ClientStore {
  /** By id, in whichever tenant: asked before a tenant is known, through a definer function. */
  locate(unit: Unit, id: ClientId): Promise<RegisteredClient | undefined>;
  insert(unit: Unit, client: Client): Promise<void>;
  insertSecret(unit: Unit, secret: ClientSecret): Promise<void>;
  list(unit: Unit): Promise<readonly Client[]>;
}

export interface ClientSecret {
  readonly id: string;
  readonly clientId: ClientId;
  readonly tenantId?: string;
  readonly digest: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}
