import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AvianOptions } from '../avian.ts';
import { isSignIn } from '../screens/sign-in.ts';
import { signOutScreen } from '../screens/sign-out.ts';
import { type Stage, setStage } from './stage.ts';

const SETTINGS: readonly { readonly setting: string; readonly options: AvianOptions }[] = [
  { setting: 'sessions in Postgres', options: { store: 'postgres' } },
  {
    setting: 'cookies that are Lax',
    options: { config: { cookies: { sameSite: 'lax', secure: false } } },
  },
];

describe.each(SETTINGS)('with $setting', ({ options }) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(options);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it('a person signs in once for two applications, stays signed in, and signs out of both', async () => {
    const scope = 'openid profile email offline_access';
    const [dashboard, wiki] = await Promise.all([stage.app({}, { scope }), stage.app()]);
    const person = await stage.aUser();
    const ada = stage.visitor();
    const first = await dashboard.signIn(ada, person);
    const silent = await wiki.ask();
    const second = await wiki.finish(await ada.open(silent.url, { from: wiki.home }), silent);
    expect(second.claims()).toMatchObject({ sub: person.id, sid: first.claims()?.['sid'] });

    const tries = await Promise.all(
      Array.from({ length: 4 }, () => dashboard.refresh(first.refresh_token ?? '')),
    );
    expect(new Set(tries.map((tokens) => tokens.refresh_token)).size).toBe(1);

    const url = wiki.signOutUrl({ id_token_hint: second.id_token ?? '' });
    await signOutScreen(await ada.open(url, { from: wiki.home })).yes();
    const { url: again } = await dashboard.ask();
    expect(isSignIn(await ada.open(again, { from: dashboard.home }))).toBe(true);
  });
});
