import { expect, it } from 'vitest';
import type { SignOuts } from '#src/features/account/index.ts';
import { NotFound } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { run, say } from './user-sign-out.ts';

const FLOCK = { id: tenantId('01890000-0000-7000-8000-00000000000a'), slug: 'flock' };
const ADA = { id: userId('01890000-0000-7000-8000-000000000001'), email: 'ada@x.test' };

const signOuts: SignOuts = {
  everywhere: async ({ tenantId: id, email }) =>
    id === FLOCK.id && email === 'Ada@X.test' ? done(ADA) : refused('unknown'),
};
const parts = {
  tenancy: { locate: async (slug: string) => (slug === 'flock' ? FLOCK : undefined) },
  signOuts,
} as unknown as Parameters<typeof run>[0];

it('says whom it signed out', async () => {
  const ended = await run(parts, { tenant: 'flock', email: 'Ada@X.test' });
  expect(ended).toEqual(ADA);
  expect(say(ended)).toBe(`Signed ada@x.test (${ADA.id}) out everywhere.`);
});

it.each([
  ['flock', 'bob@x.test', 'There is no user with this e-mail address in "flock".'],
  ['wing', 'Ada@X.test', 'There is no tenant "wing".'],
])('finds nobody in %s as %s', async (tenant, email, words) => {
  const running = run(parts, { tenant, email });
  await expect(running).rejects.toThrow(NotFound);
  await expect(running).rejects.toThrow(words);
});
