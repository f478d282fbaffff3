import { DAY, later } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Tenant } from './tenant.ts';

/** Whether a tenant is open, and what is to become of it. */
export type Standing = Pick<Tenant, 'status' | 'suspendedAt' | 'deletesAt'>;

/** What is done to a tenant as a whole. */
export type TenantAct = 'suspend' | 'resume' | 'delete' | 'restore';

export type ActRefusal =
  /** It is the operator's own: without it nobody could take anything back. */
  | 'operator'
  /** It is not in the state that this starts from. */
  | 'wrong-state'
  /** Its grace is over. */
  | 'too-late';

/** How long a deletion can be taken back (ADR 0045). */
export const GRACE = 30 * DAY;

/** Where the tenant stands after an act. A deletion that is taken back leaves it suspended if it was before. */
export function after(
  tenant: Standing & Pick<Tenant, 'operator' | 'updatedAt'>,
  act: TenantAct,
  now: Date,
): Outcome<Standing, ActRefusal> {
  if (tenant.operator) return refused('operator');
  const { status, deletesAt } = tenant;
  if (!STARTS[act].includes(status)) return refused('wrong-state');
  const since = tenant.suspendedAt ?? (status === 'suspended' ? tenant.updatedAt : null);
  switch (act) {
    case 'suspend':
      return done({ status: 'suspended', suspendedAt: now, deletesAt: null });
    case 'resume':
      return done({ status: 'active', suspendedAt: null, deletesAt: null });
    case 'delete':
      return done({ status: 'deleting', suspendedAt: since, deletesAt: later(now, GRACE) });
    case 'restore':
      if (deletesAt !== null && deletesAt <= now) return refused('too-late');
      return done({ status: since ? 'suspended' : 'active', suspendedAt: since, deletesAt: null });
  }
}

const STARTS: Readonly<Record<TenantAct, readonly Tenant['status'][]>> = {
  suspend: ['active'],
  resume: ['suspended'],
  delete: ['active', 'suspended'],
  restore: ['deleting'],
};
