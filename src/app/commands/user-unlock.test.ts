import { expect, it } from 'vitest';
import { NotFound } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { run, say } from './user-unlock.ts';

const ADA = {
  id: userId('01890000-0000-7000-8000-000000000001'),
  tenantId: tenantId('01890000-0000-7000-8000-00000000000a'),
  email: 'ada@x.test',
};
const unlocking = {
  openByAdministrator: async (who: object) =>
    'email' in who && who.email === 'Ada@X.test' ? done(ADA) : refused('unknown'),
};

it('says whose account it opened', async () => {
  const opened = await run({ unlocking }, { email: 'Ada@X.test' });
  expect(opened).toEqual({ id: ADA.id, email: 'ada@x.test' });
  expect(say(opened)).toBe(`Opened the account of ada@x.test (${ADA.id}).`);
});

it('finds nobody at an address that nobody has', async () => {
  await expect(run({ unlocking }, { email: 'bob@x.test' })).rejects.toThrow(NotFound);
});
