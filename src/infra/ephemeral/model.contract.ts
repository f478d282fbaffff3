import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Clock, later } from '#src/kernel/clock.ts';
import { fresh, type Open } from './bench.ts';
import type { Draft, Entry, EphemeralStore } from './port.ts';

type Kept = Omit<EphemeralStore, 'sweep' | 'ping'>;

interface Slot extends Entry {
  readonly buried?: true;
}

/** The store as a child would write it: one map, one caller. */
function createModel(clock: Clock): Kept {
  const slots = new Map<string, Slot>();
  const indexes = new Map<string, Map<string, Date>>();
  const standing = (key: string) => {
    const slot = slots.get(key);
    return slot && slot.expiresAt > clock.now() ? slot : undefined;
  };
  const living = (key: string) => {
    const slot = standing(key);
    return slot?.buried ? undefined : slot;
  };

  function enlist(key: string, draft: Draft): void {
    for (const name of draft.indexes ?? []) {
      const index = indexes.get(name) ?? new Map<string, Date>();
      const known = index.get(key);
      index.set(key, known && known > draft.expiresAt ? known : draft.expiresAt);
      indexes.set(name, index);
    }
  }

  function write(key: string, draft: Draft): boolean {
    const old = living(key);
    const parts = Object.entries({ ...old?.parts, ...draft.parts });
    slots.set(key, {
      value: draft.value,
      expiresAt: draft.expiresAt,
      parts: Object.fromEntries(parts.filter((part): part is [string, string] => part[1] !== null)),
      ...(old?.spentAt && { spentAt: old.spentAt }),
    });
    return true;
  }

  return {
    get: async (key) => living(key),
    async put(key, draft) {
      enlist(key, draft);
      return !standing(key)?.buried && write(key, draft);
    },
    async create(key, draft) {
      enlist(key, draft);
      return !standing(key) && write(key, draft);
    },
    async swap(key, expected, value, expiresAt) {
      const old = living(key);
      if (old?.value !== expected) return false;
      slots.set(key, { ...old, value, expiresAt });
      return true;
    },
    async spend(key) {
      const old = living(key);
      if (!old || old.spentAt) return false;
      slots.set(key, { ...old, spentAt: clock.now() });
      return true;
    },
    async remove(key) {
      return living(key) !== undefined && slots.delete(key);
    },
    async bury(key, until) {
      const [old, was] = [standing(key), living(key) !== undefined];
      const expiresAt = old?.buried && old.expiresAt > until ? old.expiresAt : until;
      slots.set(key, { value: '', parts: {}, expiresAt, buried: true });
      return was;
    },
    async members(name) {
      const index = [...(indexes.get(name) ?? [])];
      return index.filter(([, expiresAt]) => expiresAt > clock.now()).map(([key]) => key);
    },
  };
}

const key = fc.constantFrom('a', 'b', 'c');
const text = fc.constantFrom('', 'x', 'y');
const life = fc.constantFrom(-1, 0, 1, 10, 100);
const parts = fc.dictionary(fc.constantFrom('p', 'q', '__proto__'), fc.option(text), {
  noNullPrototype: true,
});
const indexes = fc.subarray(['i', 'j']);

const step = fc.oneof(
  fc.record({ kind: fc.constant('put'), key, value: text, life, parts, indexes }),
  fc.record({ kind: fc.constant('create'), key, value: text, life, parts, indexes }),
  fc.record({ kind: fc.constant('swap'), key, expected: text, value: text, life }),
  fc.record({ kind: fc.constantFrom('spend', 'remove'), key }),
  fc.record({ kind: fc.constant('bury'), key, life }),
  fc.record({ kind: fc.constant('pass'), milliseconds: fc.constantFrom(1, 9, 10, 90) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one step, on names that no other run uses. */
async function take(store: Kept, now: Date, run: string, step: Step): Promise<boolean | undefined> {
  if (step.kind === 'pass') return undefined;
  const name = `${run}${step.key}`;
  switch (step.kind) {
    case 'put':
    case 'create':
      return store[step.kind](name, {
        value: step.value,
        expiresAt: later(now, step.life),
        parts: step.parts,
        indexes: step.indexes.map((index) => `${run}${index}`),
      });
    case 'swap':
      return store.swap(name, step.expected, step.value, later(now, step.life));
    case 'bury':
      return store.bury(name, later(now, step.life));
    case 'spend':
    case 'remove':
      return store[step.kind](name);
  }
}

async function seen(store: Kept, run: string) {
  const entries = ['a', 'b', 'c'].map((name) => store.get(`${run}${name}`));
  const members = ['i', 'j'].map(async (name) => (await store.members(`${run}${name}`)).toSorted());
  return { entries: await Promise.all(entries), members: await Promise.all(members) };
}

/** Whatever is asked in whatever order, the store answers as the model does. */
export function modelContract(open: Open): void {
  it('answers any sequence of calls and passing time as a plain map would', async () => {
    const { store, clock } = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const [run, model] = [fresh(), createModel(clock)];
        for (const next of steps) {
          if (next.kind === 'pass') clock.pass(next.milliseconds);
          const now = clock.now();
          const expected = await take(model, now, run, next);

          expect(await take(store, now, run, next)).toBe(expected);
          expect(await seen(store, run)).toEqual(await seen(model, run));
        }
      }),
      { numRuns: 100 },
    );
  });
}
