import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Fate } from './delivery.ts';

export type OutboxState = 'waiting' | 'delivered' | 'dead';

/** A mail in the outbox, as far as an operator sees it: neither what it says nor whom it goes to. */
export interface OutboxEntry {
  readonly id: string;
  readonly tenantId?: TenantId;
  readonly topic: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly lastError?: string;
}

export interface NewMail {
  readonly id: string;
  readonly tenantId?: TenantId;
  readonly topic: string;
  readonly recipientDigest: string;
  readonly contentSealed: string;
  readonly expiresAt?: Date;
  readonly createdAt: Date;
}

/** A mail that is being tried, and by nobody else until its lease is over. */
export interface ClaimedMail extends NewMail {
  /** Tries, this one included. */
  readonly attempts: number;
}

/** What storage owes the outbox. */
export interface OutboxStore {
  insert(unit: Unit, mail: NewMail): Promise<void>;
  /** Holds up whoever else would write to the recipient on that topic, until the unit ends. */
  queueUp(unit: Unit, recipientDigest: string, topic: string): Promise<void>;
  countSince(unit: Unit, recipientDigest: string, topic: string, since: Date): Promise<number>;
  /** Takes one that is due, counts the try, and makes it due again at `leaseEnd`; no two takers get the same. */
  claim(unit: Unit, now: Date, leaseEnd: Date): Promise<ClaimedMail | undefined>;
  /**
   * Records what became of a try. A delivery counts whoever it was; anything else only while no later try
   * has begun. `false`, and nothing recorded, when it does not.
   */
  settle(unit: Unit, mail: ClaimedMail, fate: Fate, now: Date): Promise<boolean>;
  /** The newest first. */
  list(unit: Unit, states: readonly OutboxState[], limit: number): Promise<readonly OutboxEntry[]>;
  /** Lets dead ones wait again that still have something to say, all of them or those named; answers with which. */
  revive(unit: Unit, ids: readonly string[] | undefined, now: Date): Promise<readonly string[]>;
  /** Removes what was settled before, and empties the dead whose time is over. */
  sweep(unit: Unit, sweep: Sweep): Promise<void>;
}

export interface Sweep {
  readonly now: Date;
  readonly deliveredBefore: Date;
  readonly deadBefore: Date;
  /** Rows of each kind, at most. */
  readonly limit: number;
}
