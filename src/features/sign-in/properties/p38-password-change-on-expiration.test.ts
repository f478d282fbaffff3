import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { aUser, createBench } from '../bench.ts';

const ADA = 'ada@x.test';

/** What somebody at the pages can do, in any order and any number of times. */
const anAct = fc.constantFrom('right', 'wrong', 'look', 'unfit', 'change');

property(38, 'Password Change on Expiration', () => {
  it('nobody who signs in with an expired password is through before it is changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anAct, { maxLength: 12 }),
        fc.integer({ min: 0, max: 4000 }),
        async (acts, daysAgo) => {
          const bench = createBench();
          const expiresAt = later(bench.clock.now(), -daysAgo * DAY);
          const { signIn, visit, finds, finishes } = watched(
            createBench([{ user: aUser(), password: 'right', expiresAt }]),
          );
          let isShown = false;
          let isChanged = false;
          for (const act of acts) {
            if (act === 'look') await signIn.stand(visit());
            else if (act === 'right' || act === 'wrong') {
              await signIn.stand(visit());
              await signIn.attempt({ ...visit(), email: ADA, password: act });
              isShown ||= act === 'right';
            } else {
              finds(...(act === 'unfit' ? (['common'] as const) : []));
              const ending = await signIn.changePassword(visit(), 'a new one');
              expect(ending.ok).toBe(act === 'change' && isShown && !isChanged);
              isChanged ||= ending.ok;
            }
            expect(await finishes()).toBe(isShown && isChanged);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('nobody whose password holds for a moment yet is asked to change it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 90 * DAY }), async (ahead) => {
        const { clock } = createBench();
        const expiresAt = later(clock.now(), ahead);
        const { attempt } = createBench([{ user: aUser(), password: 'right', expiresAt }]);
        expect(await attempt(ADA, 'right')).toMatchObject({ ok: true, value: { at: 'done' } });
      }),
    );
  });
});

/** With a look at whether the sign-in is at its end, and the provider told so. */
function watched(bench: ReturnType<typeof createBench>) {
  const finishes = async () => (await bench.signIn.stand(bench.visit())).at === 'done';
  return { ...bench, finishes };
}
