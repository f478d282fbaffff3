import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Passwords } from '#src/features/passwords/index.ts';
import type { User } from '#src/features/users/index.ts';
import { type Clock, epochSeconds, fromEpochSeconds } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { type AccountsDeps, createFindAccount, DOORSTEP, visitorOf } from './accounts.ts';
import { signInRefused, signInSucceeded } from './events.ts';
import type { Interaction, SignedIn } from './interactions.ts';
import type { Person, State } from './machine.ts';
import { createStates, type StateStore } from './states.ts';
import { dueFor, type Step } from './steps.ts';
import { type Account, type Finding, judge, type Refusal, tell } from './verdict.ts';

export interface Attempt {
  readonly interaction: Pick<Interaction, 'uid' | 'client'>;
  readonly email: string;
  readonly password: string;
  readonly origin: Origin;
}

export interface SignIn {
  /** Starts the sign-in of an interaction, or finds where it stands. */
  begin(interaction: Pick<Interaction, 'uid'>): Promise<State<Step>['at']>;
  /**
   * Tries an address and a password. A step's name says that this step comes next; `gone`, that the
   * sign-in took too long. Every attempt that was judged leaves one audit entry (P46).
   *
   * An address nobody has costs the same reads, the same hashing and the same writes as one that
   * somebody has, and is answered alike (R3.3).
   */
  attempt(attempt: Attempt): Promise<Outcome<SignedIn, Reason>>;
}

// oxlint-disable-next-line typescript/no-redundant-type-constituents -- no room has added a step yet
type Reason = Refusal | 'gone' | Step;

export interface SignInDeps extends AccountsDeps {
  readonly passwords: Pick<Passwords, 'read' | 'check' | 'prepare' | 'put'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly states: StateStore;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** A password alone (OpenID Connect Core §2, `acr`). */
export const ACR_PASSWORD = 'urn:avian:acr:password';

export function createSignIn(deps: SignInDeps): SignIn {
  const { clock, passwords } = deps;
  const states = createStates({ ...deps, store: deps.states });
  const findAccount = createFindAccount(deps);

  return {
    async begin({ uid }) {
      const { at } = await states.begin(uid);
      return at;
    },

    async attempt(attempt) {
      const { uid, client } = attempt.interaction;
      // Counted before anything is judged: of a burst of guesses none goes uncounted.
      if (!(await states.advance(uid, { kind: 'tried' }))) return refused('gone');

      // Taken before the hash is read: should the password change meanwhile, this sign-in is from before it.
      const authTime = epochSeconds(clock.now());
      const account = await findAccount(attempt.email);
      // No transaction is open here: hashing takes longer than a connection may be kept.
      const check = await passwords.check(account?.phc, attempt.password);
      const verdict = judge(account, check !== 'wrong', client.tenantId);
      if (!verdict.ok) {
        await recordRefusal(deps, attempt, verdict.reason, account);
        return refused(tell(verdict.reason));
      }

      const { user } = verdict.value;
      const renewed =
        check === 'right-outdated' ? await renew(passwords, attempt.password) : undefined;
      await recordSuccess(deps, attempt, user, renewed);
      return advance(uid, verdict.value, authTime);
    },
  };

  async function advance(
    uid: string,
    account: Account,
    authTime: number,
  ): Promise<Outcome<SignedIn, Reason>> {
    const { id } = account.user;
    const person = { userId: id, authTime, amr: ['pwd'] };
    const state = await states.advance(uid, { kind: 'identified', person, due: dueFor(account) });
    if (!state || state.at === 'password') return refused('gone');
    // Somebody else got here first, in another tab of the same sign-in.
    if (state.person.userId !== id) return refused('gone');
    return state.at === 'done' ? done(signedInOf(state.person)) : refused(state.due[0]);
  }
}

async function recordRefusal(
  { units, audit, digest }: SignInDeps,
  { interaction, origin, email }: Attempt,
  finding: Finding,
  account: Account | undefined,
): Promise<void> {
  const addressDigest = digest.of('sign-in-address', normaliseEmail(email) ?? email);
  const event = signInRefused(account ?? { addressDigest }, finding, { ...interaction, origin });
  const scope = event.tenantId ? visitorOf(event.tenantId) : DOORSTEP;
  await units.once(scope, (unit) => audit.record(unit, event));
}

async function recordSuccess(
  { units, audit, passwords }: SignInDeps,
  { interaction, origin }: Attempt,
  user: User,
  renewed: string | undefined,
): Promise<void> {
  const scope: Scope = { kind: 'tenant', tenantId: user.tenantId, actor: user.id };
  const event = signInSucceeded(user, { ...interaction, origin });
  if (renewed === undefined) return units.once(scope, (unit) => audit.record(unit, event));
  return units.run(scope, async (unit) => {
    await passwords.put(unit, user.id, renewed);
    await audit.record(unit, event);
  });
}

async function renew(
  passwords: Pick<Passwords, 'prepare'>,
  password: string,
): Promise<string | undefined> {
  try {
    return await passwords.prepare(password);
  } catch (fault) {
    // The old hash still verifies: where hashing is busy, the next sign-in renews it.
    if (fault instanceof Unavailable) return undefined;
    throw fault;
  }
}

function signedInOf({ userId, authTime, amr }: Person): SignedIn {
  return { userId, at: fromEpochSeconds(authTime), amr, acr: ACR_PASSWORD };
}
