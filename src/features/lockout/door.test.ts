import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { anOwner, createBench, tryPassword } from './bench.ts';
import { createPasswordDoor } from './door.ts';

const ADA = anOwner();
const SUBJECT = { owner: ADA, email: ADA.email, origin: {} };
const STORED = { hash: 'phc', imported: false, changedAt: new Date(), expiresAt: null };

describe('a password’s door', () => {
  it('counts before it looks', async () => {
    const { lockout, store } = createBench();
    const counted: number[] = [];
    const passwords = {
      async check() {
        for (const { failures } of store.states.values()) counted.push(failures);
        return 'right-outdated' as const;
      },
    };
    const { check } = await createPasswordDoor({ lockout, passwords }).try(SUBJECT, STORED, 'p');
    expect([check, counted]).toEqual(['right-outdated', [1]]);
  });

  it('hashes at a closed door as well, against nothing', async () => {
    const bench = createBench();
    for (let count = 0; count < 5; count += 1) await tryPassword(bench, SUBJECT, 'wrong');
    const asked: unknown[] = [];
    const passwords = {
      async check(stored: unknown) {
        asked.push(stored);
        return 'right' as const;
      },
    };
    const { check } = await createPasswordDoor({ ...bench, passwords }).try(SUBJECT, STORED, 'p');
    expect([check, asked]).toEqual(['wrong', [undefined]]);
  });

  it('holds against nobody what it could not look at', async () => {
    const { lockout, store } = createBench();
    const passwords = {
      async check(): Promise<'wrong'> {
        throw new Unavailable('Too many at once.');
      },
    };
    const door = createPasswordDoor({ lockout, passwords });
    for (let count = 0; count < 7; count += 1)
      await expect(door.try(SUBJECT, STORED, 'p')).rejects.toThrow(Unavailable);
    expect([...store.states.values()]).toEqual([{ failures: 0 }]);
  });
});
