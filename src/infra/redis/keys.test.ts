import { expect, it } from 'vitest';
import { createKeys } from './keys.ts';

it('names room, noun and id, with the id as the hash tag', () => {
  expect(createKeys('ephemeral', 'entry')('abc')).toBe('avian:ephemeral:entry:{abc}');
  expect(createKeys('ephemeral', 'entry', 'w1')('abc')).toBe('avian:w1:ephemeral:entry:{abc}');
});

it('keeps two ids apart, whatever they hold', () => {
  const key = createKeys('ephemeral', 'entry');

  expect(key('a}:{b')).not.toBe(key('a:b'));
  expect(key('{a}')).toBe('avian:ephemeral:entry:{{a}}');
});

it('refuses a part that could be mistaken for another', () => {
  expect(() => createKeys('a:b', 'c')).toThrow(RangeError);
  expect(() => createKeys('a', 'b', '{c}')).toThrow(RangeError);
});
