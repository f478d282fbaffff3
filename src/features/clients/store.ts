import type { ClientId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Client, Kind, RegisteredClient } from './client.ts';

/** What storage owes the clients' room. */
export interface ClientStore {
  /** By id, in whichever tenant: asked before a tenant is known, through a definer function. */
  locate(unit: Unit, id: ClientId): Promise<RegisteredClient | undefined>;
  /**
   * One that the unit's scope may see: its own, or one that all tenants share. What another tenant has is asked
   * for as quickly as what nobody has.
   */
  find(unit: Unit, id: ClientId): Promise<Client | undefined>;
  insert(unit: Unit, client: Client): Promise<void>;
  insertSecret(unit: Unit, secret: ClientSecret): Promise<void>;
  list(unit: Unit): Promise<readonly Client[]>;

  /** Those of the unit's scope that fit, the newest first. */
  page(unit: Unit, wanted: ClientPage): Promise<readonly Client[]>;
  /** Takes one that this unit may change: nobody else does, nor its secrets, until it ends. */
  take(unit: Unit, id: ClientId): Promise<Client | undefined>;
  update(unit: Unit, client: Client): Promise<void>;
  /** Removes a client and its secrets. */
  remove(unit: Unit, id: ClientId): Promise<void>;

  /** A client's secrets, the newest first, those that have expired included. */
  secrets(unit: Unit, id: ClientId): Promise<readonly ClientSecret[]>;
  expireSecret(unit: Unit, id: string, at: Date): Promise<void>;
  removeSecrets(unit: Unit, ids: readonly string[]): Promise<void>;
}

/** Where a list goes on: behind this one. */
export interface ClientPosition {
  readonly createdAt: Date;
  readonly id: string;
}

export interface ClientFilter {
  readonly kind?: Kind;
  readonly status?: Client['status'];
  /** A part of its name, in whatever case. */
  readonly name?: string;
}

export interface ClientPage extends ClientFilter {
  readonly after?: ClientPosition;
  readonly limit: number;
}

export interface ClientSecret {
  readonly id: string;
  readonly clientId: ClientId;
  readonly tenantId?: string;
  readonly digest: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}
