import type { Unit } from '#src/kernel/unit.ts';
import type { Fate } from './delivery.ts';
import type { Progress, Secrets, Webhook } from './webhook.ts';

/** All that is kept of one. */
export interface KeptWebhook extends Webhook, Progress, Secrets {}

/** Where a list goes on. */
export interface ListPlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** One that may be due, and how far it has come. */
export interface DueWebhook extends Pick<KeptWebhook, 'id' | 'tenantId' | 'position' | 'dueAt'> {}

/** One that is being served, by nobody else until its lease is over. */
export interface Held extends KeptWebhook {
  readonly lease: Date;
}

/** What storage owes the receivers of events. A tenant's unit sees its own; an operator's, all there are. */
export interface WebhookStore {
  insert(unit: Unit, webhook: KeptWebhook): Promise<void>;
  /** How many the unit's tenant has; in an operator's unit, how many have no tenant. */
  count(unit: Unit): Promise<number>;
  find(unit: Unit, id: string): Promise<KeptWebhook | undefined>;
  /** Those after a place, the oldest first. */
  list(
    unit: Unit,
    page: { readonly after?: ListPlace; readonly limit: number },
  ): Promise<readonly Webhook[]>;
  /** As `find`; nobody else changes it until the unit ends. */
  take(unit: Unit, id: string): Promise<KeptWebhook | undefined>;
  /** Sets all of it; whoever serves it just now is told that it is theirs no more. */
  update(unit: Unit, webhook: KeptWebhook): Promise<void>;
  remove(unit: Unit, id: string): Promise<void>;

  /** Those that are due and not paused, the longest due first, after a place. */
  due(
    unit: Unit,
    page: { readonly now: Date; readonly after: DueWebhook | undefined; readonly limit: number },
  ): Promise<readonly DueWebhook[]>;
  /** Takes one that is due, until `lease`; of simultaneous takers one gets it. */
  claim(
    unit: Unit,
    id: string,
    { now, lease }: { readonly now: Date; readonly lease: Date },
  ): Promise<Held | undefined>;
  /**
   * Records that all up to a position was taken, or not asked for, and when it is to be served next: whoever
   * serves it on names a new lease. Answers as `settle`.
   */
  advance(unit: Unit, held: Held, step: Step): Promise<Held | undefined>;
  /** Records a failure at what comes after `held`'s position. `false`, and nothing recorded, where it is theirs no more: lapsed, changed, removed. */
  settle(
    unit: Unit,
    held: Held,
    fate: Fate & { readonly taken: false },
    now: Date,
  ): Promise<boolean>;
}

export interface Step {
  readonly position: number;
  /** Whether an event was taken, and not only passed over. */
  readonly taken: boolean;
  readonly now: Date;
  readonly dueAt: Date;
}
