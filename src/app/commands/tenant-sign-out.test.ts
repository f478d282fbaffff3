import { expect, it } from 'vitest';
import { NotFound } from '#src/kernel/faults.ts';
import { run, say } from './tenant-sign-out.ts';

const asked: unknown[] = [];
const parts = {
  tenancy: {
    locate: async (slug: string) => (slug === 'flock' ? { id: 'flock-id', slug } : undefined),
  },
  sessions: {
    async endTenant(...given: unknown[]) {
      asked.push(given);
      return 3;
    },
  },
} as unknown as Parameters<typeof run>[0];

it('signs out everybody of the tenant, and says how many that are', async () => {
  const ended = await run(parts, { slug: 'flock' });
  expect(ended).toEqual({ slug: 'flock', users: 3 });
  expect(asked).toEqual([['flock-id', 'administrator']]);
  expect(say(ended)).toBe('Signed all 3 users of flock out everywhere.');
  expect(say({ slug: 'flock', users: 1 })).toBe('Signed the 1 user of flock out everywhere.');
});

it('knows no tenant that is none', async () => {
  await expect(run(parts, { slug: 'wing' })).rejects.toThrow(NotFound);
});
