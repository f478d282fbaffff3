import { expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { ADA, aPassword, createRoom } from './bench.ts';
import { createCredentials } from './credentials.ts';

it('refuses an unfit password with all that is to be done about it, and hands a fit one on', async () => {
  const { passwords, inTenant, read } = createRoom();
  const credentials = createCredentials(passwords);
  const refusal = await credentials.prepare('lovelace', ADA).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(InvalidInput);
  expect(refusal).toMatchObject({
    fields: {
      password:
        'Use more characters. A short sentence works well. Add an upper-case letter. Add a digit. Add a symbol, such as ! or -. Leave out your name and your email address.',
    },
  });
  const prepared = await credentials.prepare(aPassword(), ADA);
  await inTenant((unit) => credentials.put(unit, ADA.id, prepared));
  expect(await read()).toMatchObject({ hash: `#${aPassword()}` });
});
