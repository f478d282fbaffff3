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

/** Ways to write one address. */
const spelling = fc.constantFrom<(email: string) => string>(
  (email) => email,
  (email) => email.toUpperCase(),
  (email) => `  ${email}\t`,
  (email) => email.replace('@', '＠'),
);

/** What nobody's address looks like, or no address at all. */
const nobodys = fc.oneof(
  fc.constantFrom('', '@', 'a@b@c', 'ada', 'x'.repeat(5000), "ada@x.test'--"),
  fc.emailAddress().map((email) => `nobody.${mark()}.${email}`),
  fc.string(),
);

property(59, 'Reset Email on Request', () => {
  it('sends one mail with a link to the stored address of a known account, however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(spelling, fc.boolean(), async (spell, hasPassword) => {
        const { recovery, aPerson, post, origin } = createStage(bench);
        const person = await aPerson(hasPassword ? aPassword('old') : undefined);
        const answer = await recovery.request({ email: spell(person.email), origin });
        expect(answer).toBeUndefined();
        expect(post.mails).toMatchObject([{ to: person.email, topic: 'recovery/reset' }]);
        expect(tokenIn(post.mails[0])).toHaveLength(43);
      }),
      { numRuns: 25 },
    );
  });

  it('sends none for an address that is nobody’s, and answers alike', async () => {
    const { recovery, post, origin, aPerson } = createStage(bench);
    await aPerson();
    await fc.assert(
      fc.asyncProperty(nobodys, async (email) => {
        expect(await recovery.request({ email, origin })).toBeUndefined();
        expect(post.mails).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
