import type { Origin } from '#src/features/audit/index.ts';
import type { PasswordPolicy, Passwords } from '#src/features/passwords/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { type CompletionDeps, createCompletion, type Ending } from './completion.ts';
import type { DeadLink } from './policy.ts';
import {
  createRequest,
  createSend,
  type Request,
  type RequestDeps,
  tokenDigestOf,
} from './request.ts';

/** Who may choose a password, and by which rules. */
export interface Chooser {
  readonly email: string;
  readonly policy: PasswordPolicy;
}

export interface Recovery {
  /**
   * Mails a link to the account's owner, if it is somebody's address; nobody is told whether it is. For an
   * address nobody has, the database is asked the same questions (R11.1). A request beyond the owner's
   * share of mails makes no new link, and leaves the older one good.
   */
  request(request: Request): Promise<void>;
  /** Whom a link is for; looking spends nothing (security case 122). */
  look(token: string): Promise<Outcome<Chooser, DeadLink>>;
  /**
   * Sets the password, once for each link: of any number of uses at once, one. Ends every session and
   * refresh token of the account, opens its lock, proves its address, and tells its owner (P61, P62). A
   * password that is refused leaves the link good (P63). Nobody is signed in by it.
   */
  complete(choice: {
    readonly token: string;
    readonly password: string;
    readonly origin: Origin;
  }): Promise<Ending>;
  /**
   * Mails somebody a link to choose a password with, which proves their address as well. Joins the unit of
   * what caused it; `false`, and nothing written, beyond their share of mails.
   */
  offer(unit: Unit, user: User): Promise<boolean>;
  /** Whatever link this user was mailed is good for nothing from now on. Joins the unit of what caused it. */
  revoke(unit: Unit, userId: UserId): Promise<void>;
}

export interface RecoveryDeps extends RequestDeps, CompletionDeps {
  readonly users: Pick<UserStore, 'locate' | 'find' | 'verify'>;
  readonly passwords: Pick<Passwords, 'prepare' | 'put' | 'read' | 'policyOf'>;
}

export function createRecovery(deps: RecoveryDeps): Recovery {
  const { open, complete } = createCompletion(deps);
  const digestOf = (token: string) => tokenDigestOf(deps.digest, token);

  return {
    request: createRequest(deps),

    offer: createSend(deps),

    async look(token) {
      const { due } = await open(digestOf(token));
      if (due.page !== 'choose-password') return refused(due.page);
      const { email, tenantId } = due.account.user;
      return done({ email, policy: await deps.passwords.policyOf(tenantId) });
    },

    complete: ({ token, ...choice }) => complete({ ...choice, tokenDigest: digestOf(token) }),

    revoke: (unit, userId) => deps.store.revoke(unit, userId, deps.clock.now()),
  };
}
