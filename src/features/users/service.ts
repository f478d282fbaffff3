import type { Audit } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { later, SECOND } from '#src/kernel/clock.ts';
import { type Ids, type TenantId, type UserId, userId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { judgeUser, type Particulars } from './policy.ts';
import type { UserStore } from './store.ts';
import type { User } from './user.ts';

export interface UserDraft extends Particulars {
  readonly tenantId: TenantId;
  readonly password: string;
  /** Whether the address is known to be theirs. */
  readonly verified: boolean;
}

export interface Users {
  /**
   * Creates an account with its password in one unit; throws `InvalidInput` for what cannot be.
   *
   * `email-taken` says that somebody has the address, in whichever tenant: for administrators' eyes,
   * never for a stranger's.
   */
  create(draft: UserDraft): Promise<Outcome<User, 'email-taken'>>;
}

/** What this room needs of whatever proves that a person is who they say. */
export interface Credentials<Prepared = unknown> {
  /** The password as it will be kept; slow, and therefore done before the unit opens. `InvalidInput` when it breaks a rule. */
  prepare(password: string, owner: Owner): Promise<Prepared>;
  put(unit: Unit, userId: UserId, prepared: Prepared): Promise<unknown>;
}

/** Whose password it will be, as far as its rules must know. */
export interface Owner {
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
}

export interface UsersDeps {
  readonly units: Units;
  readonly store: UserStore;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: Credentials;
}

export function createUsers(deps: UsersDeps): Users {
  const { units, store, audit, clock, ids, credentials } = deps;

  return {
    async create(draft) {
      const { tenantId, verified, password } = draft;
      const particulars = judgeUser(draft);
      const prepared = await credentials.prepare(password, { ...particulars, tenantId });
      const drafted = { ...particulars, tenantId, verified, selfRegistered: false };
      const user = newUser(drafted, userId(ids.uuid()), clock.now());

      return units.run({ kind: 'tenant', tenantId, actor: 'visitor' }, async (unit) => {
        const made = await store.insert(unit, user);
        if (made) await credentials.put(unit, user.id, prepared);
        await audit.record(unit, {
          action: 'user.created',
          outcome: made ? 'success' : 'email-taken',
          actor: { kind: 'system', id: 'users' },
          ...(made && { resource: { type: 'user', id: user.id } }),
          details: { email: user.email, name: user.name, role: user.role, verified },
        });
        return made ? done(user) : refused('email-taken');
      });
    },
  };
}

type Judged = ReturnType<typeof judgeUser> & {
  readonly tenantId: TenantId;
  readonly verified: boolean;
  readonly selfRegistered: boolean;
};

/** A new account's record, of particulars that were judged. */
export function newUser({ verified, ...judged }: Judged, id: UserId, now: Date): User {
  return {
    ...judged,
    id,
    status: 'active',
    ...(verified && { emailVerifiedAt: now }),
    // The whole second: a session that counts in seconds may sign in within the one it was made in.
    sessionsValidFrom: later(now, -(now.getTime() % SECOND)),
    createdAt: now,
    updatedAt: now,
  };
}
