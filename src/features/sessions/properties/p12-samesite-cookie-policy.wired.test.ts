import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { isSignIn, signInScreen } from '#src/testing/screens/sign-in.ts';
import { isSignedOut, signOutScreen } from '#src/testing/screens/sign-out.ts';
import { aSite, type Site, STORES } from './bench.ts';

const BROWSERS = [
  { engine: 'chromium', sendsFetchMetadata: true },
  { engine: 'firefox', sendsFetchMetadata: true },
  { engine: 'chromium', sendsFetchMetadata: false },
] as const;

property(12, 'SameSite Cookie Policy', () => {
  describe.each(STORES)('with sessions in %s', (store) => {
    let site: Site;
    beforeAll(async () => {
      site = await aSite('https', store);
    });
    afterAll(() => site[Symbol.asyncDispose]());

    it.each(BROWSERS)(
      'sets Strict cookies only, and lets people of applications on other sites sign in, come back and sign out, in $engine with Sec-Fetch: $sendsFetchMetadata',
      async (browser) => {
        const person = await site.aUser();
        const { visitor, lines } = site.browser(browser);
        const [app, other] = site.apps;

        const asked = await app.ask();
        const first = await visitor.open(asked.url, { from: app.home });
        const tokens = await app.finish(await signInScreen(first).as(person), asked);
        expect(tokens.claims()?.sub).toBe(person.id);

        const again = await other.ask();
        const back = await visitor.open(again.url, { from: other.home });
        expect(isSignIn(back)).toBe(false);
        expect((await other.finish(back, again)).claims()?.sub).toBe(person.id);
        // What another site sends here brings no cookie: what follows from our own page does.
        expect(back.hops[0]?.cookies ?? '').not.toContain('session');
        expect(back.hops.some(({ cookies = '' }) => cookies.includes('avian-session='))).toBe(true);

        const leave = other.signOutUrl({ id_token_hint: tokens.id_token ?? '' });
        const question = await visitor.open(leave, { from: other.home });
        expect(isSignedOut(await signOutScreen(question).yes())).toBe(true);
        const { url } = await app.ask();
        expect(isSignIn(await visitor.open(url, { from: app.home }))).toBe(true);

        expect(lines.filter((line) => line.startsWith('__Host-avian-session='))).not.toHaveLength(
          0,
        );
        expect(lines.filter((line) => !/; samesite=strict/i.test(line))).toStrictEqual([]);
      },
    );
  });
});
