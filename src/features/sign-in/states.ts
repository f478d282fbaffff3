import { type Clock, later, MINUTE } from '#src/kernel/clock.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { after, type Event, START, type State } from './machine.ts';
import type { Step } from './steps.ts';

/** Of the ephemeral store, what sign-in needs: values that are put in place of exactly one other. */
export interface StateStore {
  get(key: string): Promise<{ readonly value: string; readonly expiresAt: Date } | undefined>;
  create(
    key: string,
    draft: { readonly value: string; readonly expiresAt: Date },
  ): Promise<boolean>;
  swap(key: string, expected: string, next: string, expiresAt: Date): Promise<boolean>;
}

/** How far each sign-in has come, kept on the server where no hidden field can reach (D12). */
export interface States {
  /** Starts the sign-in of an interaction; one that has started goes on where it was. */
  begin(uid: string): Promise<State<Step>>;
  /**
   * Moves a sign-in by one event, exactly once however many requests do the same at a time; `undefined`
   * when there is none, or it took too long.
   */
  advance(uid: string, event: Event<Step>): Promise<Advance | undefined>;
}

/** Where a sign-in stands after an event, and whether this call is the one that moved it there. */
export interface Advance {
  readonly state: State<Step>;
  readonly moved: boolean;
}

/** How long a person may take: as long as the provider keeps the interaction itself. */
const LIFETIME = 30 * MINUTE;

/** Each lost round was won by another request, so this many are only lost by whoever sends as many. */
const MOST_ROUNDS = 50;

interface StatesDeps {
  readonly store: StateStore;
  readonly digest: Digest;
  readonly clock: Clock;
}

export function createStates({ store, digest, clock }: StatesDeps): States {
  // The uid is a cookie's value: what is stored must not name it.
  const keyOf = (uid: string) => `sign-in:state:${digest.of('sign-in-state', uid)}`;

  return {
    async begin(uid) {
      const key = keyOf(uid);
      const draft = { value: JSON.stringify(START), expiresAt: later(clock.now(), LIFETIME) };
      await store.create(key, draft);
      const entry = await store.get(key);
      return entry ? stateOf(entry.value) : START;
    },

    async advance(uid, event) {
      const key = keyOf(uid);
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const entry = await store.get(key);
        if (!entry) return undefined;
        const state = after(stateOf(entry.value), event);
        const value = JSON.stringify(state);
        if (value === entry.value) return { state, moved: false };
        if (await store.swap(key, entry.value, value, entry.expiresAt))
          return { state, moved: true };
      }
      throw new Unavailable('Too many attempts at once.');
    },
  };
}

/** Written by `advance` alone, so its shape is known. */
function stateOf(value: string): State<Step> {
  return JSON.parse(value) as State<Step>;
}
