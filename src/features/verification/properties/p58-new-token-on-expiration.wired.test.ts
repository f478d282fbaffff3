import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { aVerificationBench, ORIGIN, PASSWORD, type VerificationBench } from '../bench.ts';

let room: VerificationBench;
beforeAll(async () => {
  room = await aVerificationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** How long after the mail its link is used: within the day, at its very end, or later. */
const aDelay = fc.oneof(
  fc.integer({ min: 0, max: DAY - 1 }),
  fc.constantFrom(DAY - SECOND, DAY - 1, DAY, DAY + 1),
  fc.integer({ min: DAY, max: 60 * DAY }),
);

property(58, 'New Token on Expiration', () => {
  it('refuses a token from its last instant on, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(aDelay, fc.boolean(), async (delay, isWaiting) => {
        const user = await room.aStranger();
        await room.issue(user);
        const { token } = room.newest(user.email);
        room.clock.pass(delay);
        const proof = isWaiting ? { waitingFor: user.id } : { password: PASSWORD };
        const ending = await room.links.confirm({ token, ...proof, origin: ORIGIN });
        if (delay < DAY) {
          expect(ending.ok).toBe(true);
          return;
        }
        expect(ending).toEqual({ ok: false, reason: 'expired' });
        expect((await room.find(user))?.emailVerifiedAt).toBeUndefined();
      }),
      {
        numRuns: 40,
        examples: [
          [DAY - 1, true],
          [DAY, true],
          [DAY, false],
        ],
      },
    );
  });

  it('gives a new one for it, which works, and the old one stays dead', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: DAY, max: 60 * DAY }),
        fc.integer({ min: 1, max: 4 }),
        async (delay, asked) => {
          const user = await room.aStranger();
          await room.issue(user, 'flock');
          const old = room.newest(user.email).token;
          room.clock.pass(delay);
          const before = room.outbox.mails.length;
          // The link leads to a new mail once: a second one would take the first away from its reader.
          for (let time = 0; time < asked; time += 1) await room.links.renew(old, ORIGIN);
          expect(room.outbox.mails.length).toBe(before + 1);
          const { token } = room.newest(user.email);
          expect(token).not.toBe(old);
          room.clock.pass(HOUR);
          const attempt = { waitingFor: user.id, origin: ORIGIN };
          expect((await room.links.confirm({ ...attempt, token: old })).ok).toBe(false);
          expect(await room.links.confirm({ ...attempt, token })).toMatchObject({
            ok: true,
            value: { clientId: 'flock' },
          });
        },
      ),
      { numRuns: 25 },
    );
  });
});
