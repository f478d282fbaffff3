import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { property } from '#src/testing/property.ts';
import { signInScreen } from '#src/testing/screens/sign-in.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { aSite, type Site } from './bench.ts';

const ERRANDS = ['another application', 'our own page', 'signing in again', 'staying'] as const;
const SETTINGS = [
  { scheme: 'https', store: 'redis', name: '__Host-avian-session' },
  { scheme: 'https', store: 'postgres', name: '__Host-avian-session' },
  { scheme: 'http', store: 'redis', name: 'avian-session' },
] as const;

property(11, 'Secure Cookie Flags', () => {
  describe.each(SETTINGS)('with an issuer of $scheme and sessions in $store', (setting) => {
    let site: Site;
    beforeAll(async () => {
      site = await aSite(setting.scheme, setting.store);
    });
    afterAll(() => site[Symbol.asyncDispose]());

    /** Signs in, runs errands that set cookies, and signs out; answers with each line that set one. */
    async function linesOf(
      errands: readonly (typeof ERRANDS)[number][],
    ): Promise<readonly string[]> {
      const person = await site.aUser();
      const { visitor, lines } = site.browser();
      const [app, other] = site.apps;
      await app.signIn(visitor, person);
      for (const errand of errands) {
        if (errand === 'another application') await other.signIn(visitor, person);
        if (errand === 'our own page') await visitor.open(`${site.issuer}/account/email`);
        if (errand === 'signing in again') {
          const { url } = await app.ask({ parameters: { prompt: 'login' } });
          await signInScreen(await visitor.open(url, { from: app.home })).as(person);
        }
        if (errand === 'staying') await signOutScreen(await question(visitor)).no();
      }
      await signOutScreen(await question(visitor)).yes();
      return lines;
    }

    const question = (visitor: ReturnType<Site['browser']>['visitor']) =>
      visitor.open(
        site.apps[0].signOutUrl({ client_id: site.apps[0].provider.clientMetadata().client_id }),
      );

    it('sets no cookie that a script could read, and over https none that plain http would carry', async () => {
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray([...ERRANDS]), async (errands) => {
          const lines = await linesOf(errands);
          const sessions = lines.filter((line) => line.startsWith(`${setting.name}=`));
          expect(sessions.length).toBeGreaterThan(1);
          for (const line of lines) {
            expect(line).toMatch(/; httponly/i);
            expect(/; secure/i.test(line)).toBe(setting.scheme === 'https');
            expect(line).not.toMatch(/; domain=/i);
            expect(line).toMatch(
              setting.scheme === 'https' ? /^__(Host|Secure)-avian-/ : /^avian-/,
            );
          }
        }),
        { numRuns: 3, endOnFailure: true },
      );
    });
  });
});
