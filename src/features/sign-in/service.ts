import type { PasswordDoor } from '#src/features/lockout/index.ts';
import type { Judgement } from '#src/features/passwords/index.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { type AccountsDeps, createAccounts } from './accounts.ts';
import { type ChangeDeps, createChange } from './change.ts';
import { at, type Parts, pass, restart, settled, tryPassword } from './course.ts';
import { createRecords, type RecordsDeps } from './records.ts';
import { createStates, type StateStore } from './states.ts';
import { dueFor } from './steps.ts';
import type { Refusal } from './verdict.ts';
import type { Attempt, Newcomer, Stage, Visit } from './visit.ts';

export interface SignIn {
  /** Starts the sign-in of an interaction, or goes on where it stands: a step that was passed elsewhere is behind it. */
  stand(visit: Visit): Promise<Stage>;
  /**
   * Tries an address and a password; `gone` says that the sign-in took too long. Every attempt that was
   * judged leaves one audit entry (P46).
   *
   * An address nobody has costs the same reads, the same hashing and the same writes as one that
   * somebody has, locked or not, and is answered alike (R3.3, R3.8).
   */
  attempt(attempt: Attempt): Promise<Outcome<Stage, Refusal | 'gone'>>;
  /** Passes the step `change-password`; a password that breaks a rule leaves everything as it was. */
  changePassword(visit: Visit, password: string): Promise<Changed>;
  /** Lets in who has just registered, as far as proving their address; in the place of whoever was half-way. */
  admit(uid: string, newcomer: Newcomer): Promise<void>;
}

export type Changed = Outcome<Stage, 'gone'> | Extract<Judgement, { ok: false }>;

export interface SignInDeps extends AccountsDeps, RecordsDeps, ChangeDeps {
  readonly passwords: AccountsDeps['passwords'] &
    RecordsDeps['passwords'] &
    ChangeDeps['passwords'];
  readonly audit: RecordsDeps['audit'];
  readonly door: PasswordDoor;
  readonly states: StateStore;
  readonly clock: Clock;
  readonly digest: Digest;
}

export function createSignIn(deps: SignInDeps): SignIn {
  const { clock } = deps;
  const states = createStates({ ...deps, store: deps.states });
  const parts: Parts = {
    ...deps,
    states,
    accounts: createAccounts(deps),
    records: createRecords(deps),
  };
  const change = createChange(deps);

  return {
    async stand(visit) {
      const state = await states.begin(visit.interaction.uid);
      if (state.at !== 'step') return settled(state);
      const account = await parts.accounts.of(state.person);
      const [step] = state.due;
      if (account && dueFor(account, clock.now()).includes(step)) return at(step, account);
      // What they showed is no longer what lets them in: the account is gone, or its password another.
      return account && step === 'verify-email'
        ? pass(parts, visit, account, { step, amr: [] })
        : restart(parts, visit);
    },

    attempt: (attempt) => tryPassword(parts, attempt),

    async changePassword(visit, password) {
      const state = await states.begin(visit.interaction.uid);
      if (state.at !== 'step' || state.due[0] !== 'change-password') return refused('gone');
      const account = await parts.accounts.of(state.person);
      if (!account) return refused('gone');
      const changed = await change(account.user, password, visit);
      if (!changed.ok) return changed;
      const step = { step: state.due[0], amr: ['pwd'], authTime: changed.value };
      return done(await pass(parts, visit, account, step));
    },

    async admit(uid, { userId, tenantId, at: when }) {
      const person = { userId, tenantId, authTime: epochSeconds(when), amr: ['pwd'] };
      await states.begin(uid);
      await states.advance(uid, { kind: 'restarted' });
      await states.advance(uid, { kind: 'identified', person, due: ['verify-email'] });
    },
  };
}
