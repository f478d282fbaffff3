import type { Origin } from '#src/features/audit/index.ts';
import type { User } from '#src/features/users/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Interaction, SignedIn } from './interactions.ts';
import type { Step } from './steps.ts';

/** A browser at an interaction. */
export interface Visit {
  readonly interaction: Pick<Interaction, 'uid' | 'client'>;
  /** What its device cookie holds (ADR 0009). */
  readonly device: string;
  readonly origin: Origin;
}

export interface Attempt extends Visit {
  readonly email: string;
  readonly password: string;
}

/** Where a sign-in stands, and what has to be known to show it. */
export type Stage =
  | { readonly at: 'password'; readonly attempts: number }
  | { readonly at: 'step'; readonly step: Step; readonly user: User }
  | { readonly at: 'done'; readonly signedIn: SignedIn };

/** Somebody who has just shown who they are at another door. */
export interface Newcomer {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly at: Date;
}
