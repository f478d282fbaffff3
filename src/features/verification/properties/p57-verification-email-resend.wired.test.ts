import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import { aVerificationBench, ORIGIN, secretsOf, type VerificationBench } from '../bench.ts';

let room: VerificationBench;
beforeAll(async () => {
  room = await aVerificationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** Pauses before each time somebody asks again: bursts, and hours apart. */
const pauses = fc.array(fc.constantFrom(0, MINUTE, 25 * MINUTE, HOUR, 3 * HOUR), {
  minLength: 1,
  maxLength: 6,
});

property(57, 'Verification Email Resend', () => {
  it('leaves the newest mail working, by link and by code, and no older one', async () => {
    await fc.assert(
      fc.asyncProperty(pauses, fc.boolean(), async (gaps, isByCode) => {
        const user = await room.aStranger();
        await room.issue(user);
        for (const gap of gaps) {
          room.clock.pass(gap);
          await room.claims.again(room.waitOf(user), ORIGIN);
        }
        const mails = room.outbox.mails.filter(({ to }) => to === user.email);
        // Nobody is flooded: of what was asked for in an hour, three mails went out (security case 125).
        for (const { at } of mails) {
          const within = mails.filter(
            (mail) => Math.abs(mail.at.getTime() - at.getTime()) < HOUR && mail.at >= at,
          );
          expect(within.length).toBeLessThanOrEqual(3);
        }
        expect(mails.length).toBeGreaterThan(
          gaps.some((gap) => gap >= HOUR) || gaps.length < 3 ? 1 : 2,
        );

        const [newest, ...older] = mails.toReversed().map(secretsOf);
        for (const { token } of older) {
          const attempt = { token, waitingFor: user.id, origin: ORIGIN };
          expect(await room.links.confirm(attempt)).toEqual({ ok: false, reason: 'unknown' });
        }
        if (!newest) throw new Error('Nothing was mailed.');
        const isProven = isByCode
          ? await room.claims.tryCode(room.waitOf(user), newest.code, ORIGIN)
          : (await room.links.confirm({ token: newest.token, waitingFor: user.id, origin: ORIGIN }))
              .ok;
        expect(isProven).toBe(true);
        expect((await room.find(user))?.emailVerifiedAt).toEqual(room.clock.now());
      }),
      { numRuns: 40 },
    );
  });

  it('brings five tries of a code anew', async () => {
    const user = await room.aStranger();
    await room.issue(user);
    const wait = room.waitOf(user);
    for (let tried = 0; tried < 6; tried += 1) await room.claims.tryCode(wait, 'none', ORIGIN);
    await room.claims.again(wait, ORIGIN);
    expect(await room.claims.tryCode(wait, room.newest(user.email).code, ORIGIN)).toBe(true);
  });
});
