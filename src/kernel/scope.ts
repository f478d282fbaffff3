import { type TenantId, tenantId, type UserId, userId } from './ids.ts';

/** On whose behalf, and inside which tenant, a piece of work runs (R16.6, D5). */
export type Scope =
  | {
      readonly kind: 'tenant';
      readonly tenantId: TenantId;
      /** The user who acts; `visitor` while nobody has been identified; `client` for a machine. */
      readonly actor: UserId | 'visitor' | 'client';
    }
  /** The timetable and the command line: work that belongs to no request. */
  | { readonly kind: 'system'; readonly job: string };

/** An account, as far as it has to be known to work inside its tenant. */
export interface Whose {
  readonly userId: UserId;
  readonly tenantId: TenantId;
}

/** Inside a tenant, while nobody has been identified: all that is known of somebody is an address or a link. */
export function visitorOf(tenantId: TenantId): Scope {
  return { kind: 'tenant', tenantId, actor: 'visitor' };
}

/** Inside an account's tenant, for whoever showed that it is theirs. */
export function ownerOf({ userId, tenantId }: Whose): Scope {
  return { kind: 'tenant', tenantId, actor: userId };
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** Read in the place of an account there is none of, so that the database is asked the same questions (R3.3). */
export const NOBODY: Whose = { userId: userId(NIL), tenantId: tenantId(NIL) };
