import type { TenantId, UserId } from './ids.ts';

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
