import type { Actor, Audit } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import { judgeUser, mayGive } from '#src/features/users/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import { NotFound } from '#src/kernel/faults.ts';
import type { Ids, TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { type AdminScope, actorOf, type Scope, visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { invitationSent } from './events.ts';
import { invitationMail } from './mail.ts';
import { createFindOccupancy, type OccupancyDeps } from './occupancy.ts';
import {
  closedTo,
  INVITATION_LIFETIME,
  type Invitation,
  type InvitationRefusal,
  isOpen,
} from './policy.ts';
import { DOORSTEP } from './scope.ts';
import type { InvitationStore } from './store.ts';

export interface InvitationDraft {
  readonly tenantId: TenantId;
  readonly email: string;
  readonly role: string;
  /** An administrator inside that tenant; or the server, for its command line. */
  readonly by: AdminScope | Extract<Actor, { readonly kind: 'system' }>;
}

export interface Invitations {
  /**
   * Mails somebody a link to register with, in place of any earlier one; throws `InvalidInput` for an
   * address or a role that cannot be, `NotFound` for an unknown tenant.
   *
   * `email-taken` is for administrators' eyes, never for a stranger's, and says of no address whose it is.
   * `role-too-high`: nobody invites to a role above their own (R5.5).
   */
  invite(draft: InvitationDraft): Promise<Outcome<Invitation, InvitationRefusal>>;
  /** The invitation behind a link, while it can be used. */
  find(token: string): Promise<Invitation | undefined>;
}

export interface InvitationsDeps extends OccupancyDeps {
  readonly units: Units;
  readonly store: Pick<InvitationStore, 'put' | 'peek'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  /** Where links lead (D19). */
  readonly issuer: string;
}

export function createInvitations(deps: InvitationsDeps): Invitations {
  const { units, store, tenants, outbox, audit, clock, ids, digest, issuer } = deps;
  const findOccupancy = createFindOccupancy(deps);

  return {
    async invite(draft) {
      const tenant = await units.once(DOORSTEP, (unit) => tenants.find(unit, draft.tenantId));
      if (!tenant) throw new NotFound('There is no such tenant.');
      // A role above theirs is refused as that, and written down, wherever it belongs.
      const operator = tenant.operator || isAbove(draft);
      const { email, role } = judgeUser({ ...draft, name: NAMELESS, operator });
      const { kind } = await units.run(DOORSTEP, (unit) => findOccupancy(unit, email));
      const isOff = closedTo(tenant, true) !== undefined;
      const isTaken = kind === 'taken' ? 'email-taken' : undefined;
      const fault = isAbove(draft) ? 'role-too-high' : isOff ? 'registration-off' : isTaken;
      const token = ids.secret();
      const now = clock.now();
      const invitation: Invitation = {
        id: ids.uuid(),
        tenantId: tenant.id,
        email,
        role,
        tokenDigest: tokenDigestOf(digest, token),
        createdAt: now,
        expiresAt: later(now, INVITATION_LIFETIME),
      };
      return units.run(scopeOf(draft), async (unit) => {
        const refusal = fault ?? (await send(unit, invitation, token));
        await audit.record(unit, invitationSent(invitation, refusal ?? 'success', byOf(draft)));
        return refusal ? refused(refusal) : done(invitation);
      });
    },

    async find(token) {
      const tokenDigest = tokenDigestOf(digest, token);
      const invitation = await units.once(DOORSTEP, (unit) => store.peek(unit, tokenDigest));
      return invitation && isOpen(invitation, clock.now()) ? invitation : undefined;
    },
  };

  /** The mail first: where it is refused, the link sent before must stay good. */
  async function send(
    unit: Unit,
    invitation: Invitation,
    token: string,
  ): Promise<'mail-limit' | undefined> {
    const link = `${issuer}/invitation/${token}`;
    if (!(await outbox.mail(unit, invitationMail(invitation, link)))) return 'mail-limit';
    await store.put(unit, invitation);
    return undefined;
  }
}

/** Who is invited says their name when they come. */
const NAMELESS = 'Invited';

function scopeOf({ by, tenantId }: InvitationDraft): Scope {
  return by.kind === 'system' ? visitorOf(tenantId) : by;
}

function isAbove({ by, role }: InvitationDraft): boolean {
  const asked = ROLES.find((known) => known === role);
  return by.kind !== 'system' && asked !== undefined && !mayGive(by, asked);
}

function byOf({ by }: InvitationDraft): Actor {
  return by.kind === 'system' ? by : actorOf(by);
}

function tokenDigestOf(digest: Digest, token: string): string {
  return digest.of('invitation-link', token);
}
