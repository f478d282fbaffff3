import type { ClientId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Grant, GrantKey } from './grant.ts';

export interface GrantFilter {
  readonly user?: string;
  readonly client?: string;
}

export interface GrantPage extends GrantFilter {
  readonly after?: GrantKey;
  readonly limit: number;
  /** What has expired by then is in use no more. */
  readonly now: Date;
}

/** What the provider, which keeps what people allowed, owes this room. */
export interface GrantStore {
  /** Those of the unit's scope that fit, by user and client. */
  list(unit: Unit, page: GrantPage): Promise<readonly Grant[]>;
  /**
   * Ends what a person allowed an application: the consent, and every grant with its refresh tokens. What there
   * was, if there was something; nobody else ends it meanwhile.
   */
  revoke(unit: Unit, key: GrantKey, now: Date): Promise<Grant | undefined>;
  /** Ends what anybody allowed an application that goes. */
  revokeAll(unit: Unit, clientId: ClientId): Promise<void>;
}
