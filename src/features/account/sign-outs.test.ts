import { expect, it } from 'vitest';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createSignOuts } from './sign-outs.ts';

const FLOCK = tenantId('flock');
const ADA = { id: userId('ada'), tenantId: FLOCK };

/** Sign-outs where Ada is the only one there is. */
function parts() {
  const ended: unknown[] = [];
  const run = <T>(scope: Scope, work: (unit: Unit) => Promise<T>) => work({ scope } as Unit);
  const signOuts = createSignOuts({
    units: { run, once: run },
    users: { locate: async (_, email) => (email === 'ada@x.test' ? ADA : undefined) },
    sessions: {
      endAll: async (unit, id, reason) => void ended.push([unit.scope.kind, id, reason]),
    },
  });
  return { signOuts, ended };
}

it('ends every session of whoever has the address, for an operator and not for its owner', async () => {
  const { signOuts, ended } = parts();
  const outcome = await signOuts.everywhere({ tenantId: FLOCK, email: ' Ada@X.test ' });
  expect(outcome).toEqual(done({ id: 'ada', email: 'ada@x.test' }));
  expect(ended).toEqual([['system', 'ada', 'administrator']]);
});

it.each([
  ['another tenant’s', tenantId('wing'), 'ada@x.test'],
  ['nobody’s', FLOCK, 'bob@x.test'],
  ['no address', FLOCK, 'ada'],
])('ends nothing where the address is %s', async (_, named, email) => {
  const { signOuts, ended } = parts();
  expect(await signOuts.everywhere({ tenantId: named, email })).toEqual(refused('unknown'));
  expect(ended).toEqual([]);
});
