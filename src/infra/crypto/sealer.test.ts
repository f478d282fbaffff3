import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, type SealingKey } from './sealer.ts';

const old: SealingKey = { id: 'old', key: Buffer.alloc(32, 1) };
const current: SealingKey = { id: '2026-11', key: Buffer.alloc(32, 2) };
const sealer = createSealer([current, old]);
const text = fc.string({ unit: 'binary' });

describe('sealing', () => {
  it('gives back what was sealed, to who names the same context', () => {
    fc.assert(
      fc.property(text, text, (plain, context) => {
        expect(sealer.open(sealer.seal(plain, context), context)).toBe(plain);
      }),
    );
  });

  it('never writes the same text twice, nor any of the plain one', () => {
    const plain = 'a private key of some length';
    const texts = Array.from({ length: 100 }, () => sealer.seal(plain, 'keys'));

    expect(new Set(texts).size).toBe(100);
    expect(texts.every((sealed) => sealed.startsWith('v1.2026-11.'))).toBe(true);
    expect(texts.join()).not.toContain(Buffer.from(plain).toString('base64url').slice(0, 8));
  });

  it('refuses a text altered in any one character', () => {
    const sealed = sealer.seal('plain', 'here');
    for (let place = 0; place < sealed.length; place += 1) {
      for (const other of ['A', 'z', '-', '.', '0', ' ', 'é']) {
        if (sealed[place] === other) continue;
        const altered = sealed.slice(0, place) + other + sealed.slice(place + 1);
        expect(() => sealer.open(altered, 'here'), altered).toThrow(Error);
      }
    }
  });

  it('refuses a text cut short, made longer, or none at all', () => {
    const sealed = sealer.seal('plain', 'here');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.slice(0, length), 'here')).toThrow(Error);
    }
    expect(() => sealer.open(`${sealed}A`, 'here')).toThrow(Error);
    expect(() => sealer.open(`${sealed}\n`, 'here')).toThrow(Error);
  });

  it('refuses a text moved to another context', () => {
    fc.assert(
      fc.property(text, text, text, (plain, here, there) => {
        fc.pre(here !== there);
        expect(() => sealer.open(sealer.seal(plain, here), there)).toThrow(Error);
      }),
    );
  });

  it('refuses a text whose key id was swapped for that of a key with the same bytes', () => {
    const twins = createSealer([current, { ...current, id: 'twin' }]);
    const sealed = twins.seal('plain', 'here');

    expect(() => twins.open(sealed.replace('.2026-11.', '.twin.'), 'here')).toThrow(Error);
  });
});

describe('rotation', () => {
  it('opens what an earlier key sealed, and seals with the first', () => {
    const earlier = createSealer([old]).seal('plain', 'here');

    expect(sealer.open(earlier, 'here')).toBe('plain');
    expect(sealer.seal('plain', 'here')).toMatch(/^v1\.2026-11\./);
  });

  it('names the key that is missing, and nothing else', () => {
    const sealed = sealer.seal('plain', 'here');

    expect(() => createSealer([old]).open(sealed, 'here')).toThrow(
      'A text was sealed with the key "2026-11", which is not configured.',
    );
  });

  it('refuses a ring it could not use safely', () => {
    expect(() => createSealer([])).toThrow(RangeError);
    expect(() => createSealer([old, { ...current, id: 'old' }])).toThrow(RangeError);
    expect(() => createSealer([{ id: 'short', key: Buffer.alloc(16) }])).toThrow(RangeError);
    expect(() => createSealer([{ id: 'a.b', key: Buffer.alloc(32) }])).toThrow(RangeError);
  });
});
