import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { User } from '#src/features/users/index.ts';
import { property } from '#src/testing/property.ts';
import { aVerificationBench, ORIGIN, PASSWORD, type VerificationBench } from '../bench.ts';

let room: VerificationBench;
beforeAll(async () => {
  room = await aVerificationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

property(55, 'Email Verification on Valid Token', () => {
  it('proves the address of its own account and of no other, in whichever browser', async () => {
    const tenantId = await room.bench.aTenant();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        fc.constantFrom('link', 'link-with-password', 'code'),
        async (count, pick, means) => {
          const people: User[] = [];
          for (let made = 0; made < count; made += 1) {
            // Some of one tenant, some of tenants of their own.
            const user = await room.aStranger(made % 2 ? {} : { tenantId });
            await room.issue(user);
            people.push(user);
          }
          const chosen = people[pick % count];
          if (!chosen) throw new Error('Nobody was chosen.');
          const { token, code } = room.newest(chosen.email);
          const proof = means === 'link' ? { waitingFor: chosen.id } : { password: PASSWORD };
          const isProven =
            means === 'code'
              ? await room.claims.tryCode(room.waitOf(chosen), code, ORIGIN)
              : (await room.links.confirm({ token, ...proof, origin: ORIGIN })).ok;
          expect(isProven).toBe(true);
          for (const user of people) {
            const found = await room.find(user);
            expect(found?.emailVerifiedAt).toEqual(user === chosen ? room.clock.now() : undefined);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('proves nothing by a token that is off by any one character', async () => {
    const user = await room.aStranger();
    await room.issue(user);
    const { token } = room.newest(user.email);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: token.length - 1 }),
        fc.stringMatching(/^[\w-]$/),
        async (place, character) => {
          fc.pre(token[place] !== character);
          const forged = token.slice(0, place) + character + token.slice(place + 1);
          const attempt = {
            token: forged,
            waitingFor: user.id,
            password: PASSWORD,
            origin: ORIGIN,
          };
          expect(await room.links.confirm(attempt)).toEqual({ ok: false, reason: 'unknown' });
        },
      ),
      { numRuns: 40 },
    );
    expect((await room.find(user))?.emailVerifiedAt).toBeUndefined();
  });
});
