import fc from 'fast-check';
import { expect, it } from 'vitest';
import { later } from '#src/kernel/clock.ts';
import { fresh, type Open } from './bench.ts';

const HOSTILE = [
  ...[
    '\r\nFLUSHALL\r\n',
    '*',
    '[a-z]?',
    '{tag}',
    '{}',
    '}{',
    '{',
    '\0',
    '\u0001',
    '\u00010',
    ' ',
    '$1',
  ],
  ...[
    "'; drop table ephemeral_entries; --",
    '%00',
    '__proto__',
    'constructor',
    '\\',
    '"',
    '0',
    '-1',
  ],
  ...['\ufffd', '\u{1f600}', '\u202e', 'e\u0301', 'é', 'é'.repeat(256), 'k'.repeat(512)],
];

/** That whatever can be written can be kept, and what cannot is refused. */
export function textsContract(open: Open): void {
  it('keeps any well-formed text: as key, as value, and as a part', async () => {
    const { store, clock } = await open();
    const expiresAt = later(clock.now(), 1000);
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (tail, value, part, content) => {
        const key = `${fresh()}${tail}`;
        const parts = Object.fromEntries([[part, content]]);
        await store.put(key, { value, expiresAt, parts, indexes: [key] });

        expect(await store.get(key)).toEqual({ value, expiresAt, parts });
        expect(await store.members(key)).toEqual([key]);
        expect(await store.swap(key, value, `${value}.`, expiresAt)).toBe(true);
        await store.put(key, { value, expiresAt, parts: Object.fromEntries([[part, null]]) });
        expect(await store.get(key)).toEqual({ value, expiresAt, parts: {} });
      }),
      { numRuns: 50 },
    );
  });

  it('keeps a megabyte', async () => {
    const { store, clock } = await open();
    const key = fresh();
    const expiresAt = later(clock.now(), 1000);
    const value = '{"a":"\u{1f600}\\"'.repeat(80_000);
    await store.put(key, { value, expiresAt, parts: { large: value } });

    expect(await store.get(key)).toEqual({ value, expiresAt, parts: { large: value } });
    expect(await store.swap(key, value, 'small', expiresAt)).toBe(true);
  });

  it('holds keys apart that a careless store would mistake for commands, patterns or each other', async () => {
    const { store, clock } = await open();
    const expiresAt = later(clock.now(), 1000);
    const index = fresh();
    const draft = (value: string) => ({ value, expiresAt, indexes: [index] });
    await Promise.all(HOSTILE.map((key, place) => store.put(key, draft(String(place)))));

    const found = await Promise.all(HOSTILE.map((key) => store.get(key)));
    expect(found.map((entry) => entry?.value)).toEqual(HOSTILE.map((_, place) => String(place)));
    expect((await store.members(index)).toSorted()).toEqual(HOSTILE.toSorted());
    expect(await Promise.all(HOSTILE.map((key) => store.remove(key)))).not.toContain(false);
  });

  it.each(['', 'k'.repeat(513), 'é'.repeat(257)])(
    'refuses a key of no or too many bytes',
    async (key) => {
      const { store, clock } = await open();
      const expiresAt = later(clock.now(), 1000);
      const draft = { value: 'v', expiresAt };
      const calls = [
        ...[store.get(key), store.put(key, draft), store.create(key, draft), store.spend(key)],
        ...[store.swap(key, 'a', 'b', expiresAt), store.remove(key), store.bury(key, expiresAt)],
        ...[store.members(key), store.put(fresh(), { ...draft, indexes: [key] })],
      ];

      const endings = await Promise.allSettled(calls);
      expect(
        endings.every((end) => end.status === 'rejected' && end.reason instanceof RangeError),
      ).toBe(true);
    },
  );

  it('refuses an instant that is none', async () => {
    const { store } = await open();
    const never = new Date(Number.NaN);

    await expect(store.put(fresh(), { value: 'v', expiresAt: never })).rejects.toThrow(RangeError);
    await expect(store.swap(fresh(), 'a', 'b', never)).rejects.toThrow(RangeError);
    await expect(store.bury(fresh(), never)).rejects.toThrow(RangeError);
  });
}
