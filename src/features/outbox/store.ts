import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Fate } from './delivery.ts';

export type OutboxState = 'waiting' | 'delivered' | 'dead';

/** What is in the outbox, as far as an operator sees it: neither what it says nor whom it goes to. */
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

/** What is to go out: a mail, or the end of a session for an application to hear of. */
export type Kind = 'mail' | 'logout';

export interface NewMessage {
  readonly id: string;
  readonly kind: Kind;
  readonly tenantId?: TenantId;
  readonly topic: string;
  readonly recipientDigest: string;
  readonly contentSealed: string;
  readonly expiresAt?: Date;
  readonly createdAt: Date;
}

/** What is being tried, and by nobody else until its lease is over. */
export interface ClaimedMessage extends NewMessage {
  /** Tries, this one included. */
  readonly attempts: number;
}

/** What storage owes the outbox. */
export interface OutboxStore {
  insert(unit: Unit, mail: NewMessage): Promise<void>;
  /** Holds up whoever else would write to the recipient on that topic, until the unit ends. */
  queueUp(unit: Unit, recipientDigest: string, topic: string): Promise<void>;
  countSince(unit: Unit, recipientDigest: string, topic: string, since: Date): Promise<number>;
  /** Takes one of these kinds that is due, counts the try, and makes it due again at `leaseEnd`; no two takers get the same. */
  claim(unit: Unit, due: Due): Promise<ClaimedMessage | undefined>;
  /**
   * Records what became of a try. A delivery counts whoever it was; anything else only while no later try
   * has begun. `false`, and nothing recorded, when it does not.
   */
  settle(unit: Unit, mail: ClaimedMessage, fate: Fate, now: Date): Promise<boolean>;
  /** The newest first. */
  list(unit: Unit, states: readonly OutboxState[], limit: number): Promise<readonly OutboxEntry[]>;
  /** Lets dead ones wait again that still have something to say, all of them or those named; answers with which. */
  revive(unit: Unit, ids: readonly string[] | undefined, now: Date): Promise<readonly string[]>;
  /** Removes what was settled before, and empties the dead whose time is over. */
  sweep(unit: Unit, sweep: Sweep): Promise<void>;
}

export interface Due {
  readonly kinds: readonly Kind[];
  readonly now: Date;
  readonly leaseEnd: Date;
}

export interface Sweep {
  readonly now: Date;
  readonly deliveredBefore: Date;
  readonly deadBefore: Date;
  /** Rows of each kind, at most. */
  readonly limit: number;
}
