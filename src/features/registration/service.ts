import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import type { PasswordFault, Passwords, PreparedPassword } from '#src/features/passwords/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import { newUser, type User, type UserStore } from '#src/features/users/index.ts';
import type { Verification } from '#src/features/verification/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Ids, userId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { registrationCompleted, registrationRefused } from './events.ts';
import { takenMail } from './mail.ts';
import { createFindOccupancy, type Occupancy, type OccupancyDeps } from './occupancy.ts';
import { type Invitation, judgeParticulars } from './policy.ts';
import { DOORSTEP } from './scope.ts';
import type { InvitationStore } from './store.ts';

/** Where somebody registers, and whether they were asked to. */
export interface Place {
  readonly tenant: Tenant;
  readonly invitation?: Invitation;
}

/** What somebody typed to register, and where. */
export interface Entry {
  readonly place: Place;
  /** Left aside for the invited: the address is the invitation's. */
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly clientId?: string;
  readonly origin: Origin;
}

/** What of it does not fit, by field. */
export interface Unfit {
  readonly ok: false;
  readonly reason: 'unfit';
  readonly fields: Readonly<Record<string, string>>;
  readonly faults: readonly PasswordFault[];
}

type Refusal = 'email-taken' | 'invitation-gone' | 'mail-limit';

export interface Registration {
  /** What of it does not fit, found without anything slow and with nothing done. */
  judge(entry: Entry): Promise<Unfit | undefined>;
  /**
   * Makes an account of what was typed. Of any number at once for one address, one account remains.
   *
   * Without an invitation the ending says nothing of the address: a new account, one in the place of an
   * account that nobody proved, and an address that somebody has all end in `done`; with `user` absent none
   * was made, and the owner, if there is one, is told by mail. An account in whose place another comes is
   * gone with all that hung on it, so that whoever made it has nothing. The invited hold the mailbox:
   * their account is proven at once, and they are told what stood against it.
   */
  register(
    entry: Entry,
  ): Promise<Outcome<{ readonly user?: User }, Exclude<Refusal, 'mail-limit'>> | Unfit>;
}

export interface RegistrationDeps extends OccupancyDeps {
  readonly units: Units;
  readonly users: Pick<UserStore, 'locate' | 'find' | 'insert' | 'verify' | 'discardUnproven'>;
  readonly passwords: Pick<Passwords, 'faultsOf' | 'prepare' | 'put'>;
  readonly verification: Pick<Verification, 'issue' | 'mayIssue'>;
  readonly invitations: Pick<InvitationStore, 'spend'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly digest: Digest;
  /** Where links lead (D19). */
  readonly issuer: string;
}

interface Draft {
  readonly user: User;
  readonly occupancy: Occupancy;
  readonly prepared: PreparedPassword;
}

export function createRegistration(deps: RegistrationDeps): Registration {
  const { units, passwords, clock } = deps;
  const findOccupancy = createFindOccupancy(deps);

  return {
    async judge(entry) {
      const judged = judgeParticulars(entry);
      if (!judged.ok) return { ...judged, faults: [] };
      const owner = { ...judged.value, tenantId: entry.place.tenant.id };
      const faults = await passwords.faultsOf(entry.password, owner);
      return faults.length > 0 ? { ok: false, reason: 'unfit', fields: {}, faults } : undefined;
    },

    async register(entry) {
      const { tenant, invitation } = entry.place;
      const judged = judgeParticulars(entry);
      if (!judged.ok) return { ...judged, faults: [] };
      const owner = { ...judged.value, tenantId: tenant.id };
      // Hashed whoever has the address: it takes as long, and tells no more.
      const prepared = await passwords.prepare(entry.password, owner);
      if (!prepared.ok) return { ...prepared, fields: {} };

      const { email } = owner;
      const occupancy = await units.run(DOORSTEP, (unit) => findOccupancy(unit, email));
      const particulars = { ...owner, verified: false, selfRegistered: true };
      const user = newUser(particulars, userId(deps.ids.uuid()), clock.now());
      const draft = { user, occupancy, prepared: prepared.value };
      const refusal =
        occupancy.kind === 'taken'
          ? 'email-taken'
          : await units.run(visitorOf(tenant.id), (unit) => enter(deps, unit, draft, entry));
      if (refusal === undefined) return done({ user });
      await recordRefusal(deps, refusal, draft, entry);
      return invitation && refusal !== 'mail-limit' ? refused(refusal) : done({});
    },
  };
}

/** One unit: what stood in the way goes, the account and its password come, the mail is written. */
async function enter(
  deps: RegistrationDeps,
  unit: Unit,
  ...[{ user, occupancy, prepared }, entry]: [Draft, Entry]
): Promise<Refusal | undefined> {
  const { users, passwords, verification, audit } = deps;
  const { invitation } = entry.place;
  // An account that nobody can prove would only drive out the one before it.
  if (!invitation && !(await verification.mayIssue(unit, user.email))) return 'mail-limit';
  const replaced = occupancy.kind === 'unproven';
  if (replaced && !(await users.discardUnproven(unit, occupancy.user.id))) return 'email-taken';
  if (!(await users.insert(unit, user))) return 'email-taken';
  if (invitation && !(await redeem(deps, unit, user, invitation))) return 'invitation-gone';
  await passwords.put(unit, user.id, prepared);
  const circumstances = circumstancesOf(entry);
  const how = { isInvited: invitation !== undefined, replaced };
  await audit.record(unit, registrationCompleted(user, how, circumstances));
  if (!invitation) await verification.issue(unit, user, circumstances);
  return undefined;
}

/** `false`, and the account gone again, where somebody else spent the invitation first. */
async function redeem(
  { users, invitations, clock }: RegistrationDeps,
  ...[unit, user, invitation]: [Unit, User, Invitation]
): Promise<boolean> {
  const at = clock.now();
  if (await invitations.spend(unit, invitation.tokenDigest, at))
    return users.verify(unit, user.id, user.email, at);
  await users.discardUnproven(unit, user.id);
  return false;
}

async function recordRefusal(
  { units, audit, digest, outbox, issuer }: RegistrationDeps,
  refusal: Refusal,
  { user, occupancy }: Draft,
  entry: Entry,
): Promise<void> {
  const owner = occupancy.kind === 'taken' ? occupancy.user : undefined;
  const addressDigest = digest.of('registration-address', user.email);
  const whose = owner ?? { tenantId: user.tenantId, addressDigest };
  const event = registrationRefused(refusal, whose, circumstancesOf(entry));
  // In the owner's own tenant: the one that was asked for may be another, and learns nothing of it.
  await units.run(visitorOf(whose.tenantId), async (unit) => {
    await audit.record(unit, event);
    if (owner && !entry.place.invitation) await outbox.mail(unit, takenMail(owner.email, issuer));
  });
}

function circumstancesOf({ origin, clientId }: Entry) {
  return { origin, ...(clientId !== undefined && { clientId }) };
}
