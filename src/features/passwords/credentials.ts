import { InvalidInput } from '#src/kernel/faults.ts';
import type { PasswordOwner, Passwords, PreparedPassword } from './passwords.ts';
import { wordsOf } from './words.ts';

/** Passwords for whoever has no page to list faults on: an unfit one is `InvalidInput` that names them all. */
export function createCredentials(passwords: Pick<Passwords, 'prepare' | 'put'>) {
  return {
    async prepare(password: string, owner: PasswordOwner): Promise<PreparedPassword> {
      const judged = await passwords.prepare(password, owner);
      if (judged.ok) return judged.value;
      throw new InvalidInput('The password is not valid.', {
        password: judged.faults.map(wordsOf).join(' '),
      });
    },
    put: passwords.put,
  };
}
