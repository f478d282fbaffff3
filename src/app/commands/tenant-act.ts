import { SERVER, type Tenant } from '#src/features/tenancy/index.ts';
import type { ActRefusal, TenantAct } from '#src/features/tenancy/lifecycle.ts';
import { Conflict, NotFound } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import type { Rooms } from '../rooms.ts';
import type { Deed } from './leaf.ts';
import { tenantNamed } from './tenant-named.ts';

interface ActOptions {
  readonly slug: string;
}

interface StandingTenant extends Pick<Tenant, 'slug' | 'status'> {
  readonly deletes_at: string | null;
}

/** What a command does to a tenant as a whole; throws `NotFound` where there is none, `Conflict` where it cannot be. */
export function deedOf(
  act: TenantAct,
): Deed<Pick<Rooms, 'tenancy' | 'tenantDesk'>, ActOptions, StandingTenant> {
  return {
    async run({ tenancy, tenantDesk }, { slug: named }) {
      const { id } = await tenantNamed(tenancy, named);
      const ending = await tenantDesk[act](SERVER, id);
      if (!ending.ok) throw refusal(named, ending.reason);
      const { slug, status, deletesAt } = ending.value;
      return { slug, status, deletes_at: deletesAt?.toISOString() ?? null };
    },
    say: SAID[act],
  };
}

const SAID: Readonly<Record<TenantAct, (tenant: StandingTenant) => string>> = {
  suspend: ({ slug }) =>
    `Suspended ${slug}: everybody is signed out, and nobody signs in until it is resumed.`,
  resume: ({ slug }) => `Opened ${slug} again.`,
  delete: ({ slug, deletes_at: at }) =>
    `Shut ${slug}. It is removed with all that is in it at ${at}; until then "avian tenant restore" takes that back.`,
  restore: ({ slug, status }) => `Restored ${slug}: it is ${status}.`,
};

function refusal(slug: string, reason: ActRefusal | 'unknown' | 'changed'): Error {
  switch (reason) {
    case 'operator':
      return new Conflict(`"${slug}" is the operator’s own, which cannot be shut.`);
    case 'wrong-state':
      return new Conflict(`"${slug}" is not in a state that allows that.`);
    case 'too-late':
      return new Conflict(`The time of grace of "${slug}" is over.`);
    case 'unknown':
    case 'changed':
      return new NotFound(`There is no tenant "${slug}".`);
    default:
      return unreachable(reason);
  }
}
