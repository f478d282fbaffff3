import fc from 'fast-check';
import { expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { aUser, createBench } from '../bench.ts';

const ADA = 'ada@x.test';
const { emailVerifiedAt: _, ...unverified } = aUser();

/** What somebody at the pages can do, in any order and any number of times. */
const anAct = fc.constantFrom('right', 'wrong', 'look', 'change', 'register', 'verify');

property(56, 'Login Prevention for Unverified', () => {
  it('nobody is through whose address is not proven, whatever they do and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { maxLength: 12 }), async (acts) => {
        const { signIn, visit, clock, verify, devices, entries } = createBench([
          { user: unverified, password: 'right' },
        ]);
        const { id: userId, tenantId } = unverified;
        let isShown = false;
        let isProven = false;
        const doings = {
          look: () => signIn.stand(visit()),
          right: () => signIn.attempt({ ...visit(), email: ADA, password: 'right' }),
          wrong: () => signIn.attempt({ ...visit(), email: ADA, password: 'wrong' }),
          change: () => signIn.changePassword(visit(), 'a new one'),
          register: () =>
            signIn.admit(visit().interaction.uid, { userId, tenantId, at: clock.now() }),
          verify: async () => verify(unverified),
        };
        for (const act of acts) {
          await signIn.stand(visit());
          await doings[act]();
          isShown ||= act === 'right' || act === 'register';
          isProven ||= act === 'verify';
          const { at } = await signIn.stand(visit());
          expect(at === 'done').toBe(isShown && isProven);
          expect(devices.length > 0).toBe(at === 'done');
          expect(entries.some(({ action }) => action === 'sign-in.succeeded')).toBe(at === 'done');
        }
      }),
      { numRuns: 200 },
    );
  });
});
