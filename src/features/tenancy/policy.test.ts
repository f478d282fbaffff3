import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { judgeTenant } from './policy.ts';

function faultsOf(slug: string, name = 'Acme'): Readonly<Record<string, string>> {
  try {
    judgeTenant({ slug, name });
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
}

describe('judgeTenant', () => {
  it.each(['a', '7', 'acme', 'acme-2', 'a'.repeat(63), 'demo', 'operator'])('allows %s', (slug) => {
    expect(faultsOf(slug)).toStrictEqual({});
  });

  it.each([
    ...['', '-a', 'a-', 'Acme', 'a_b', 'a.b', 'a b', 'é', 'a\n', '../a', 'a'.repeat(64)],
    ...['xn--bcher-kva', 'admin', 'api', 'well-known', 'null'],
    '01890000-0000-7000-8000-000000000001',
  ])('refuses %j', (slug) => {
    expect(Object.keys(faultsOf(slug))).toStrictEqual(['slug']);
  });

  it('names every fault at once, and cleans the name', () => {
    expect(Object.keys(faultsOf('Admin', '\u200b'))).toStrictEqual(['slug', 'name']);
    expect(Object.keys(faultsOf('a', 'a'.repeat(201)))).toStrictEqual(['name']);
    expect(judgeTenant({ slug: 'a', name: ' Acme\u202e  Ltd ' }).name).toBe('Acme Ltd');
  });
});
