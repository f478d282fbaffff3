import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import type { APerson } from '../instance.ts';
import { signInScreen } from '../screens/sign-in.ts';
import type { Page, Visitor } from '../visitor.ts';
import { type App, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function atSignIn(visitor: Visitor, app: App): Promise<Page> {
  const { url } = await app.ask();
  return visitor.open(url, { from: app.home });
}

/** Somebody who guesses, five times. */
async function guess(app: App, person: APerson): Promise<Page> {
  let page = await atSignIn(stage.visitor(), app);
  for (let count = 0; count < 5; count += 1)
    page = await signInScreen(page).as({ ...person, password: `Guess number ${count}!` });
  return page;
}

/** Whether a password leads back to the application. */
async function letsIn(visitor: Visitor, app: App, person: APerson): Promise<boolean> {
  const page = await signInScreen(await atSignIn(visitor, app)).as(person);
  return page.url.origin === new URL(app.home).origin;
}

describe('five wrong passwords', () => {
  it('keep new devices out, not the owner’s, and the owner opens the account by mail', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const own = stage.visitor();
    await app.signIn(own, person);
    stage.clock.pass(MINUTE);

    const guessed = await guess(app, person);
    const locked = await signInScreen(guessed).as(person);
    expect(signInScreen(locked).problem).toBe(signInScreen(guessed).problem);
    expect(await letsIn(stage.visitor(), app, person)).toBe(false);
    // Without its session, and with what it is known by.
    const known = await own.open((await app.ask({ parameters: { prompt: 'login' } })).url);
    expect((await signInScreen(known).as(person)).url.origin).toBe(new URL(app.home).origin);

    const letter = await stage.letterTo(person.email);
    const link = letter.links.find((one) => one.includes('/unlock/')) ?? '';
    const elsewhere = stage.visitor();
    const asked = await elsewhere.open(link, { from: 'https://mail.example' });
    expect(asked.url.pathname).toBe('/unlock');
    expect(await letsIn(stage.visitor(), app, person)).toBe(false);
    const opened = await asked.press('button[type=submit]');
    expect(opened.status).toBe(200);
    expect(await letsIn(stage.visitor(), app, person)).toBe(true);
    expect(await stage.lettersTo(person.email)).toHaveLength(1);
  });

  it('are forgotten after half an hour, and not a moment before', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    await guess(app, person);
    stage.clock.pass(30 * MINUTE - 1);
    expect(await letsIn(stage.visitor(), app, person)).toBe(false);
    stage.clock.pass(1);
    expect(await letsIn(stage.visitor(), app, person)).toBe(true);
  });

  it('look the same where nobody has the address', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const stranger = { ...person, email: `who.${person.email}` };
    const [known, unknown] = [await guess(app, person), await guess(app, stranger)];
    expect(unknown.text).toBe(known.text);
    expect(await stage.lettersTo(stranger.email)).toEqual([]);
  });

  it('of 200 at once are all that is looked at, and the right one among them opens nothing', async () => {
    const [app, person] = await Promise.all([stage.app(), stage.aUser()]);
    const guesser = stage.visitor();
    const page = await atSignIn(guesser, app);
    const tries = Array.from({ length: 200 }, (_, at) =>
      signInScreen(page).as({ ...person, password: `Guess number ${at}!` }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    // Where hashing has more to do than it takes on, it says so; what it didn't look at counts for nobody.
    expect(statuses.filter((status) => status !== 422 && status !== 503)).toEqual([]);
    const looked = await stage.outcomes(person.id, 'sign-in.refused');
    expect(looked.filter((outcome) => outcome === 'wrong-password')).toHaveLength(5);
    expect(
      looked.filter((outcome) => outcome !== 'wrong-password' && outcome !== 'locked'),
    ).toEqual([]);
    expect(await letsIn(stage.visitor(), app, person)).toBe(false);
  });
});
