import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBench, type Bench, mark } from '#src/infra/postgres/bench.ts';
import { property } from '#src/testing/property.ts';
import { aPassword, createStage, tokenIn } from '../bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await aBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const acts = fc.array(
  fc.constantFrom('ask', 'ask for nobody', 'choose', 'choose badly', 'use no link'),
  { minLength: 1, maxLength: 8 },
);

property(64, 'Password Reset Logging', () => {
  it('leaves an entry for every request, success and failure, and no secret in any', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (acts) => {
        const { aPerson, recovery, choose, post, origin, entries, clock } = createStage(bench);
        const person = await aPerson(aPassword('old'));
        const stranger = `nobody.${mark()}@x.test`;
        const expected: [string, string][] = [];
        let [asked, isLive] = [0, false];
        for (const [at, act] of acts.entries()) {
          clock.pass(1);
          const token = tokenIn(post.mails.findLast(({ topic }) => topic === 'recovery/reset'));
          if (act === 'ask') {
            await recovery.request({ email: person.email, origin });
            asked += 1;
            isLive ||= asked <= 3;
            expected.push(['recovery.requested', asked <= 3 ? 'success' : 'limited']);
          } else if (act === 'ask for nobody') {
            await recovery.request({ email: stranger, origin });
            expected.push(['recovery.requested', 'unknown-account']);
          } else if (act === 'use no link') {
            await choose('x'.repeat(43), aPassword(at));
            expected.push(['recovery.refused', 'link-unknown']);
          } else {
            await choose(token, act === 'choose' ? aPassword(at) : 'short');
            expected.push(
              isLive && act === 'choose'
                ? ['recovery.completed', 'success']
                : ['recovery.refused', reasonOf(token, isLive)],
            );
            isLive &&= act !== 'choose';
          }
        }
        const found = await entries();
        expect(found.map(({ action, outcome }) => [action, outcome])).toEqual(expected);
        const written = JSON.stringify(found);
        for (const secret of [...post.mails.map(tokenIn).filter(Boolean), stranger, 'Correct-'])
          expect(written).not.toContain(secret);
      }),
      { numRuns: 25 },
    );
  });
});

function reasonOf(token: string, isLive: boolean): string {
  if (isLive) return 'unfit';
  return token === '' ? 'link-unknown' : 'link-used';
}
