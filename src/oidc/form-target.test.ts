import { describe, expect, it } from 'vitest';
import { formTargetOf } from './form-target.ts';

describe('where a form may end', () => {
  it.each([
    ['https://rp.example/cb?x=1#y', 'https://rp.example'],
    ['http://127.0.0.1:4711/cb', 'http://127.0.0.1:4711'],
    ['http://[::1]:4711/cb', 'http://[::1]:4711'],
    ['com.example.app:/callback', 'com.example.app:'],
    ['com.example.app://callback/x', 'com.example.app:'],
  ])('is, for %s, %s', (uri, target) => expect(formTargetOf(uri)).toBe(target));
});
