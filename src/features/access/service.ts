import type { Audit } from '#src/features/audit/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { type Administrator, type AdminScope, type Origin, visitorOf } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import {
  type Asked,
  accessRefused,
  machineRefused,
  tenantReached,
  tenantRefused,
  tokenRefused,
} from './events.ts';
import type { Proven, Unproven } from './tokens.ts';
import {
  judge,
  type Lack,
  type Named,
  type Trespass,
  type Verdict,
  type Wanted,
} from './verdict.ts';

/** A request of somebody whose token was proven. */
export interface Knock {
  readonly proven: Proven;
  readonly wanted: Wanted;
  readonly origin: Origin;
}

export type Admission =
  | { readonly admitted: true; readonly scope: AdminScope }
  | {
      readonly admitted: false;
      /** `token-void`: what the token says of tenants is no longer so, or was never. */
      readonly why: Refusal['why'] | 'no-tenant' | 'token-void';
      readonly where?: Named['where'];
    };

export interface Access {
  /**
   * The scope in which somebody may do what they ask for, or why they may not. Every refusal, and every reach into
   * another tenant, is in the audit log before anything follows from it (P28, P32).
   */
  admit(knock: Knock): Promise<Admission>;
  /** Writes down that a token was brought that proves nothing. */
  turnAway(why: Unproven, wanted: Asked, origin: Origin): Promise<void>;
}

export interface AccessDeps {
  readonly units: Units;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly audit: Pick<Audit, 'record' | 'recordAlone'>;
}

type Refusal = Lack | Trespass;
type Reach = Extract<Verdict, { may: true }> & { readonly reached: TenantId };

export function createAccess(deps: AccessDeps): Access {
  const { units, tenants, audit } = deps;

  /** A machine does what it may as an administrator of its tenant, or of the server where its tenant is the operator's. */
  async function machineOf({ client, scopes }: Proven, home: TenantId, origin: Origin) {
    const tenant = await units.once(visitorOf(home), (unit) => tenants.find(unit, home));
    if (tenant?.status !== 'active') return 'tenant-suspended';
    const actor = { kind: 'client', id: client.id, tenantId: home } as const;
    const role = tenant.operator ? 'super_admin' : 'tenant_admin';
    return { actor, role, scopes, home, origin } satisfies Administrator;
  }

  async function administratorOf({ proven, origin }: Knock) {
    const { person, client } = proven;
    if (person) return personOf(proven, person, origin);
    if (client.tenantId) return machineOf(proven, client.tenantId, origin);
    return 'no-tenant';
  }

  async function enter({ scope, reached }: Reach, wanted: Wanted): Promise<Admission> {
    const there = await units.run(scope, async (unit) => {
      const tenant = await tenants.find(unit, reached);
      if (tenant) await audit.record(unit, tenantReached(reached, wanted));
      return tenant !== undefined;
    });
    if (there) return { admitted: true, scope };
    const named = wanted.tenants.find(({ id }) => id === reached);
    if (!named) throw new TypeError('A tenant was reached that nobody named');
    return refuse(scope.by, wanted, { why: 'unknown-tenant', named });
  }

  async function refuse(by: Administrator, wanted: Wanted, refusal: Refusal): Promise<Admission> {
    const { why, named } = refusal;
    const event = isLack(refusal)
      ? accessRefused(by, wanted, refusal)
      : tenantRefused(by, wanted, refusal.why, refusal.named);
    await audit.recordAlone(event);
    return { admitted: false, why, ...(named && { where: named.where }) };
  }

  return {
    turnAway: (why, wanted, origin) => audit.recordAlone(tokenRefused(why, wanted, origin)),

    async admit(knock) {
      const { proven, wanted, origin } = knock;
      const by = await administratorOf(knock);
      if (by === 'tenant-suspended' || by === 'no-tenant') {
        await audit.recordAlone(machineRefused(proven.client, wanted, origin));
        return { admitted: false, why: by === 'no-tenant' ? by : 'token-void' };
      }
      const stray = strayOf(proven, by.home);
      if (stray) {
        await audit.recordAlone(tenantRefused(by, wanted, 'token-of-another-tenant', stray));
        return { admitted: false, why: 'token-void' };
      }
      const verdict = judge(by, wanted);
      if (!verdict.may) return refuse(by, wanted, verdict);
      if (isReach(verdict)) return enter(verdict, wanted);
      return { admitted: true, scope: verdict.scope };
    },
  };
}

function personOf(
  { scopes }: Proven,
  { id, tenantId, role }: NonNullable<Proven['person']>,
  origin: Origin,
): Administrator {
  return { actor: { kind: 'user', id, tenantId }, role, scopes, home: tenantId, origin };
}

function isLack(refusal: Lack | Trespass): refusal is Lack {
  return refusal.why === 'role' || refusal.why === 'scope';
}

function isReach(verdict: Extract<Verdict, { may: true }>): verdict is Reach {
  return verdict.reached !== undefined;
}

/** A tenant that is not theirs, named by the token, or by the application it was given to (P31). */
function strayOf({ tenantId, client }: Proven, home: TenantId) {
  if (tenantId !== home) return { where: 'token', id: tenantId ?? '' } as const;
  const isElsewhere = client.tenantId !== undefined && client.tenantId !== home;
  return isElsewhere ? ({ where: 'client', id: client.tenantId } as const) : undefined;
}
