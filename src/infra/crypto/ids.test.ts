import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUuid } from '#src/kernel/ids.ts';
import { createIds } from './ids.ts';

const at = (milliseconds: number) => ({ now: () => new Date(milliseconds) });

/** A clock that shows each instant once, and the last one from then on. */
function stepping(instants: readonly number[]) {
  const left = [...instants];
  let current = 0;
  return {
    now() {
      current = left.shift() ?? current;
      return new Date(current);
    },
  };
}

describe('uuids', () => {
  it('are UUIDs of version 7 that carry the instant they were made', () => {
    const uuid = createIds(at(Date.UTC(2026, 10, 24, 4, 5, 6, 789))).uuid();

    expect(isUuid(uuid)).toBe(true);
    expect(uuid).toMatch(/^.{14}7.{4}[89ab]/);
    expect(Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)).toBe(
      Date.UTC(2026, 10, 24, 4, 5, 6, 789),
    );
  });

  it('grow within a millisecond, past the end of the counter too', () => {
    const ids = createIds(at(1_000_000));
    const made = Array.from({ length: 10_000 }, () => ids.uuid());

    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('grow whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 47 }), { minLength: 2 }), (instants) => {
        const ids = createIds(stepping(instants));
        const made = instants.map(() => ids.uuid());

        expect(made.toSorted()).toEqual(made);
        expect(made.every(isUuid)).toBe(true);
      }),
    );
  });
});

describe('secrets', () => {
  it('have 256 bits unless told otherwise, in the URL alphabet', () => {
    const ids = createIds();

    expect(ids.secret()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(ids.secret(16), 'base64url')).toHaveLength(16);
    expect(ids.secret()).not.toBe(ids.secret());
  });
});
