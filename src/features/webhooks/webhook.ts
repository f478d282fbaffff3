import type { TenantId } from '#src/kernel/ids.ts';

/** `failing`: it is still tried, and has taken nothing for a day. `paused`: it is not tried. */
export type WebhookState = 'active' | 'failing' | 'paused';

/** Where events are sent. */
export interface Webhook {
  readonly id: string;
  /** Whose events; none for the server's own. */
  readonly tenantId?: TenantId;
  readonly url: string;
  readonly description: string;
  /** Which: actions, and categories for all of their actions. None named is all there are. */
  readonly events: readonly string[];
  readonly state: WebhookState;
  readonly createdAt: Date;
  /** When its settings or its state changed last; deliveries don't count. */
  readonly updatedAt: Date;
}

/** How it fares. */
export interface Progress {
  /** In the chain: everything up to it was sent, or not asked for. */
  readonly position: number;
  /** Tries that failed, since the last that didn't. */
  readonly failures: number;
  readonly failingSince?: Date;
  /** When it is tried next, if there is something to send. */
  readonly dueAt: Date;
  readonly lastError?: string;
  readonly lastDeliveredAt?: Date;
}

/** What signs for a receiver. */
export interface Secrets {
  readonly secretSealed: string;
  /** What the secret was before, and until when it signs beside it. */
  readonly previous?: { readonly sealed: string; readonly until: Date };
}
