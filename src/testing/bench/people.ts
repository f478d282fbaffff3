import { openParts } from '#src/app/commands/open.ts';
import { createWarnings } from '#src/app/commands/terminal.ts';
import type { Environment } from '#src/app/config/env.ts';
import { machineFiles } from '#src/app/config/machine.ts';
import type { Target } from './scenarios.ts';

type Person = Target['person'];

/** Accounts for so many people, of the usual cost: many who sign in to one at once are held to be guessing. */
export async function registerPeople(env: Environment, count: number): Promise<readonly Person[]> {
  await using parts = await openParts({ env, files: machineFiles }, createWarnings().logger);
  const tenant = await parts.tenancy.locate('bench');
  if (!tenant) throw new Error('There is no tenant.');
  const people = Array.from({ length: count }, (_, at) => ({
    email: `ada.${at}@bench.example`,
    password: 'Correct horse battery staple 4!',
  }));
  for (const person of people) {
    const draft = { tenantId: tenant.id, name: 'Ada', role: 'user', verified: true };
    await parts.users.create({ ...draft, ...person });
  }
  return people;
}
