import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SessionFacts, standing } from '#src/features/sessions/index.ts';
import { aBench, type Bench, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { DAY, later, SECOND } from '#src/kernel/clock.ts';
import { createTokenStore } from '#src/oidc/index.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createStage, type Person } from '../bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** How long before the reset each session signed in: up to the very millisecond. */
const ages = fc.array(fc.nat({ max: DAY }), { minLength: 1, maxLength: 5 });

/** What Postgres says of a refresh token's person, who signed in then. */
async function refreshTokenLives(digest: string, person: Person, signedInAt: Date, now: Date) {
  const found = await bench.units.once(SYSTEM, (unit) =>
    createTokenStore().findRefreshToken(unit, digest),
  );
  const facts = { uid: '', userId: person.id, signedInAt, startedAt: now };
  return standing(facts, found?.standing, now).alive;
}

property(62, 'Session Invalidation on Reset', () => {
  it('ends every session and refresh token from before it, and nobody else’s', async () => {
    await fc.assert(
      fc.asyncProperty(ages, async (ages) => {
        const { aPerson, aLink, choose, sessions, clock } = createStage(bench);
        const person = await aPerson(aPassword('old'));
        const neighbour = await aPerson(aPassword('old'), person.tenantId);
        const token = await aLink(person);
        const grant = await bench.aGrant(person.tenantId, person.id);
        const signIn = (whose: Person, at: Date): SessionFacts => ({
          ...{ uid: mark(), userId: whose.id, startedAt: at, signedInAt: at },
        });
        const now = clock.now();
        const own = ages.map((age) => signIn(person, later(now, -age)));
        const others = signIn(neighbour, now);

        expect(await choose(token, aPassword('new'))).toMatchObject({ ok: true });
        for (const session of own) {
          expect(await sessions.judge(session)).toEqual({ alive: false, reason: 'epoch' });
          expect(await refreshTokenLives(grant, person, session.signedInAt, now)).toBe(false);
        }
        expect(await sessions.judge(others)).toMatchObject({ alive: true });

        clock.pass(SECOND);
        const again = signIn(person, clock.now());
        expect(await sessions.judge(again)).toMatchObject({ alive: true });
        expect(await refreshTokenLives(grant, person, again.signedInAt, clock.now())).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('ends none where the reset was refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('short', aPassword('old')), async (refused) => {
        const { aPerson, aLink, choose, sessions, clock } = createStage(bench);
        const person = await aPerson(aPassword('old'));
        const token = await aLink(person);
        const at = clock.now();
        const session = { uid: mark(), userId: person.id, startedAt: at, signedInAt: at };
        expect(await choose(token, refused)).toMatchObject({ reason: 'unfit' });
        expect(await sessions.judge(session)).toMatchObject({ alive: true });
      }),
      { numRuns: 4 },
    );
  });
});
