import type { Audit } from '#src/features/audit/index.ts';
import type { TenantStore } from '#src/features/tenancy/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { NotFound } from '#src/kernel/faults.ts';
import { type Ids, type TenantId, userId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Role } from '#src/kernel/roles.ts';
import { type AdminScope, type Scope, tenantOf } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { mayGive } from './ceiling.ts';
import { userEnrolled } from './events.ts';
import { judgeUser } from './policy.ts';
import { type Credentials, newUser } from './service.ts';
import type { UserStore } from './store.ts';
import type { User } from './user.ts';

/** An account that an administrator makes for somebody. */
export interface UserDraft {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Whether the address is known to be theirs. */
  readonly verified?: boolean;
  /** Without one they are mailed a link to choose theirs with. */
  readonly password?: string;
}

export type EnrolmentRefusal = 'email-taken' | 'role-too-high';

export interface Enrolment {
  /**
   * Makes an account in the scope's tenant; throws `InvalidInput` for what cannot be.
   *
   * `email-taken` says that the address cannot be used: somebody has it, in this tenant or in another, or may
   * yet take it back. Its entry and its answer are the same for each (security case 176). An account that
   * somebody registered and nobody proved makes way.
   */
  create(scope: AdminScope, draft: UserDraft): Promise<Outcome<User, EnrolmentRefusal>>;
}

export interface EnrolmentDeps {
  readonly units: Units;
  readonly store: Pick<UserStore, 'insert' | 'locate' | 'discardUnproven'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly credentials: Credentials;
  /** Whether an address waits for somebody who may yet take it back, whichever tenant's; asked in a system unit. */
  readonly reserved: (unit: Unit, email: string) => Promise<boolean>;
  /** Mails somebody a link to choose a password with; `false` where they had their share of mails. */
  readonly welcome: (unit: Unit, user: User) => Promise<boolean>;
}

/** Whether an address is reserved concerns every tenant. */
const DOORSTEP: Scope = { kind: 'system', job: 'users' };

interface Enrolled {
  readonly user: User;
  readonly draft: UserDraft;
  readonly prepared?: { readonly password: unknown };
}

export function createEnrolment(deps: EnrolmentDeps): Enrolment {
  const { units, store, tenants, audit, clock, ids, credentials } = deps;

  async function judge(scope: AdminScope, draft: UserDraft): Promise<JudgedDraft> {
    const id = tenantOf(scope);
    const tenant = id && (await units.once(scope, (unit) => tenants.find(unit, id)));
    if (!tenant) throw new NotFound('There is no such tenant.');
    return { ...judgeUser({ ...draft, operator: tenant.operator }), tenantId: tenant.id };
  }

  /** Slow, and therefore with no unit open. */
  async function prepare({ password }: UserDraft, owner: JudgedDraft) {
    return password === undefined
      ? undefined
      : { password: await credentials.prepare(password, owner) };
  }

  async function refuse(scope: AdminScope, draft: UserDraft, refusal: EnrolmentRefusal) {
    const entry = userEnrolled({ ...draft, email: normaliseEmail(draft.email) ?? '' }, { refusal });
    await units.run(scope, (unit) => audit.record(unit, entry));
    return refused(refusal);
  }

  /** A second try, for an account in the way that nobody proved: asked of every address that is taken. */
  async function insert(unit: Unit, user: User): Promise<boolean> {
    if (await store.insert(unit, user)) return true;
    const located = await store.locate(unit, user.email);
    return !!located && (await store.discardUnproven(unit, located.id)) && store.insert(unit, user);
  }

  async function enrol(unit: Unit, { user, draft, prepared }: Enrolled): Promise<boolean> {
    if (!(await insert(unit, user))) return false;
    if (prepared) await credentials.put(unit, user.id, prepared.password);
    const mailed = prepared ? {} : { mailed: await deps.welcome(unit, user) };
    const { email, name, role } = user;
    const account = { email, name, role, verified: draft.verified ?? false };
    await audit.record(unit, userEnrolled(account, { id: user.id, ...mailed }));
    return true;
  }

  return {
    async create(scope, draft) {
      if (!mayGive(scope, draft.role)) return refuse(scope, draft, 'role-too-high');
      const judged = await judge(scope, draft);
      const prepared = await prepare(draft, judged);
      const isReserved = await units.once(DOORSTEP, (unit) => deps.reserved(unit, judged.email));
      const particulars = { ...judged, verified: draft.verified ?? false, selfRegistered: false };
      const user = newUser(particulars, userId(ids.uuid()), clock.now());
      const enrolled = { user, draft, ...(prepared && { prepared }) };
      const isMade = !isReserved && (await units.run(scope, (unit) => enrol(unit, enrolled)));
      return isMade ? done(user) : refuse(scope, draft, 'email-taken');
    },
  };
}

type JudgedDraft = ReturnType<typeof judgeUser> & { readonly tenantId: TenantId };
