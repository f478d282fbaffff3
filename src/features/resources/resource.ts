import type { TenantId } from '#src/kernel/ids.ts';

/** An API that tokens are for (RFC 8707). */
export interface Resource {
  /** A UUID; of the one that is built in, its identifier. */
  readonly id: string;
  /** The tenant whose applications alone know it; none where all share it. */
  readonly tenantId?: TenantId;
  /** An absolute URI: what applications ask for, and the `aud` of their tokens. Stays as it was registered. */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ResourceScope[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ResourceScope {
  readonly name: string;
  /** What it lets an application do, in words. */
  readonly about: string;
}
