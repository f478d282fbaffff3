import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { client } from '#src/infra/postgres/units.ts';
import { HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { callerWith } from '../administrator.ts';
import { type RunningAvian, startAvian } from '../avian.ts';
import { createWorld, type World } from '../instance.ts';
import { createRelyingApp, type RelyingApp } from '../relying-app.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import { createVisitor, type Page } from '../visitor.ts';

const CALLBACK = 'https://dashboard.example/callback';
const QUARTER = 15 * MINUTE;

/** Everybody comes from one address here, so each test begins when the windows before it are over. */
describe.each(['redis', 'postgres'] as const)('limits, counted in %s', (store) => {
  let avian: RunningAvian;
  let world: World;
  beforeAll(async () => {
    avian = await startAvian({ store, config: { limits: { api: 3, 'api-refused': 3 } } });
    world = createWorld(avian.rooms);
  });
  afterAll(() => avian[Symbol.asyncDispose]());

  const visitor = () => createVisitor({ now: () => avian.clock.now().getTime() });

  async function aScene() {
    avian.clock.pass(3 * HOUR);
    const [app, person] = await Promise.all([
      world.anApp({ kind: 'web', firstParty: true, redirectUris: [CALLBACK] }),
      world.aUser(),
    ]);
    const relying = await createRelyingApp({
      issuer: avian.issuer,
      client: { id: app.id, secret: app.secret ?? '' },
      redirectUri: CALLBACK,
    });
    return { app, person, relying };
  }

  async function atSignIn(relying: RelyingApp): Promise<Page> {
    return visitor().open((await relying.ask()).url, { from: relying.home });
  }

  async function guess(page: Page, email: string, times: number): Promise<Page> {
    let last = page;
    for (let n = 0; n < times; n += 1)
      last = await signInScreen(isSignIn(last) ? last : page).as({ email, password: `No ${n}` });
    return last;
  }

  it('let five attempts at an account through, and tell the sixth how long to wait', async () => {
    const { relying, person } = await aScene();
    const page = await atSignIn(relying);
    const fifth = await guess(page, person.email, 5);
    expect([fifth.status, fifth.header('x-ratelimit-remaining')]).toEqual([422, '0']);

    const sixth = await signInScreen(fifth).as(person);
    expect([sixth.status, sixth.heading]).toEqual([429, 'Too many requests']);
    expect(sixth.header('retry-after')).toBe(String(QUARTER / SECOND));
    expect(sixth.header('ratelimit')).toContain('"sign-in";r=0;t=900');
    expect(sixth.text).toContain('Wait 15 minutes, then try again.');
    expect(sixth.has('form')).toBe(false);
  });

  it('count the management API by whose token it is, and by the address where a token is nobody’s', async () => {
    avian.clock.pass(HOUR);
    const { id: tenantId } = await world.aTenant();
    const draft = { resources: [API_RESOURCE], scopes: ['roles:read'], tenantId } as const;
    const aToken = async () => {
      const { id, secret = '' } = await world.anApp({ kind: 'machine', ...draft });
      const answer = await fetch(new URL('/token', avian.issuer), {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'roles:read' }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const [busy, other] = [await aToken(), await aToken()];
    const ask = async (token: string) => {
      const { status, headers } = await callerWith(avian, token)('GET', '/roles');
      return [status, headers.get('x-ratelimit-remaining'), headers.get('retry-after')];
    };
    for (const left of ['2', '1', '0']) expect(await ask(busy)).toEqual([200, left, null]);
    expect(await ask(busy)).toEqual([429, '0', '60']);
    expect(await ask(other)).toEqual([200, '2', null]);

    for (const left of ['2', '1', '0']) expect(await ask('x')).toEqual([401, left, null]);
    expect(await ask('y')).toEqual([429, '0', '60']);
    expect(await ask(other)).toEqual([200, '1', null]);
  });

  it('count every spelling of an address as one, and one that nobody has alike', async () => {
    const { relying, person } = await aScene();
    const [name = '', host = ''] = person.email.split('@');
    for (const [email, spelt] of [
      [person.email, `${name.toUpperCase()}@${host}`],
      ['nobody@example.com', 'NOBODY@example.com'],
    ] as const) {
      const fifth = await guess(await atSignIn(relying), email, 5);
      expect((await signInScreen(fifth).as({ email: spelt, password: 'No' })).status).toBe(429);
    }
  });

  it('leave everybody else at the same address alone', async () => {
    const { relying, person } = await aScene();
    await guess(await atSignIn(relying), person.email, 7);
    const other = await world.aUser();
    const page = await signInScreen(await atSignIn(relying)).as(other);
    expect(page.url.origin).toBe(new URL(CALLBACK).origin);
  });

  it('let in again whoever waited as long as they were told', async () => {
    const { relying, person } = await aScene();
    const sixth = await guess(await atSignIn(relying), 'somebody@example.com', 6);
    avian.clock.pass(Number(sixth.header('retry-after')) * SECOND);
    const again = await guess(await atSignIn(relying), 'somebody@example.com', 1);
    expect(again.status).toBe(422);
    expect(person.email).not.toBe('somebody@example.com');
  });

  it('make one entry of a flood', async () => {
    const { relying } = await aScene();
    const before = await entries();
    await guess(await atSignIn(relying), 'flooded@example.com', 12);
    expect(await entries()).toBe(before + 1);
  });

  it('send three mails an hour to an address at most, whether or not somebody has it', async () => {
    const { person } = await aScene();
    for (const email of [person.email, 'nobody@example.com']) {
      const statuses: number[] = [];
      for (let n = 0; n < 4; n += 1) {
        const page = await visitor().open(new URL('/recovery', avian.url));
        statuses.push((await page.enter({ email }).press('button[type=submit]')).status);
      }
      expect(statuses).toEqual([200, 200, 200, 429]);
    }
    expect(await avian.lettersTo(person.email)).toHaveLength(3);
  });

  it('tell a program by RFC 9457, which a page of any origin may read', async () => {
    const { app } = await aScene();
    const ask = () =>
      fetch(new URL('/token', avian.url), {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}`,
          origin: 'https://spa.example',
        },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
    const answers = await Promise.all(Array.from({ length: 101 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    const [answer] = refused;
    expect(await answer?.json()).toMatchObject({ status: 429, code: 'too-many' });
    const heads = ['content-type', 'retry-after', 'access-control-allow-origin'];
    expect(heads.map((name) => answer?.headers.get(name))).toEqual([
      'application/problem+json',
      expect.stringMatching(/^\d+$/),
      '*',
    ]);
  });

  function entries(): Promise<number> {
    return avian.avian.core.units.run({ kind: 'system', job: 'test' }, async (unit) => {
      const found = await client(unit).query(
        `select from audit_entries where action = 'throttle.exceeded'`,
      );
      return found.rows.length;
    });
  }
});
