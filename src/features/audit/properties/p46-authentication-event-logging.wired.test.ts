import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { client } from '#src/infra/postgres/units.ts';
import { DAY, SECOND } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { type APerson, newMark } from '#src/testing/instance.ts';
import { type App, type Stage, setStage } from '#src/testing/journeys/stage.ts';
import { property } from '#src/testing/property.ts';
import type { Tokens } from '#src/testing/relying-app.ts';
import { type Credentials, signInScreen } from '#src/testing/screens/sign-in.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import type { Page, Visitor } from '#src/testing/visitor.ts';
import { actionsOf } from '../catalogue.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const MOST_WRONG = 5;
const MAIL = { from: 'https://mail.example' };

/** A tenant with one person and one application, and what has become of them. */
interface Scene {
  readonly tenantId: TenantId;
  readonly app: App;
  person: APerson;
  /** Wrong passwords in a row; five lock the account. */
  wrong: number;
  hasReset: boolean;
  inside?: { readonly visitor: Visitor; tokens: Tokens } | undefined;
}

async function aScene(): Promise<Scene> {
  const tenant = await stage.aTenant();
  const tenantId = tenant.id;
  await stage.rooms.tenancy.update(tenant.slug, { registration: 'open' });
  const app = await stage.app({ tenantId }, { scope: 'openid offline_access' });
  const person = await stage.aUser({ tenantId });
  return { tenantId, app, person, wrong: 0, hasReset: false };
}

async function atSignIn({ app }: Scene, visitor = stage.visitor()): Promise<Page> {
  return visitor.open((await app.ask()).url, { from: app.home });
}

async function attempt(scene: Scene, credentials: Credentials): Promise<void> {
  await signInScreen(await atSignIn(scene)).as(credentials);
}

const LET_IN = ['sign-in.succeeded success', 'token.issued success'];

/** What may happen. Each step does it, and says of which events there must be an entry by now. */
const STEPS: Readonly<Record<string, (scene: Scene) => Promise<readonly string[]>>> = {
  async 'the right password'(scene) {
    if (scene.wrong >= MOST_WRONG) {
      await attempt(scene, scene.person);
      return ['sign-in.refused locked'];
    }
    const visitor = stage.visitor();
    scene.inside = { visitor, tokens: await scene.app.signIn(visitor, scene.person) };
    scene.wrong = 0;
    return LET_IN;
  },

  async 'a wrong password'(scene) {
    await attempt(scene, { ...scene.person, password: 'Not my password 1!' });
    scene.wrong += 1;
    if (scene.wrong > MOST_WRONG) return ['sign-in.refused locked'];
    const isLast = scene.wrong === MOST_WRONG;
    return ['sign-in.refused wrong-password', ...(isLast ? ['lockout.closed success'] : [])];
  },

  async 'wrong passwords until it is locked'(scene) {
    const events: string[] = [];
    do {
      events.push(...((await STEPS['a wrong password']?.(scene)) ?? []));
    } while (scene.wrong < MOST_WRONG);
    return events;
  },

  async 'an address that is nobody’s'(scene) {
    await attempt(scene, { ...scene.person, email: `who.${newMark()}@example.com` });
    return ['sign-in.refused unknown-account'];
  },

  async 'turning back'(scene) {
    await signInScreen(await atSignIn(scene)).cancel();
    return ['sign-in.cancelled access_denied'];
  },

  async 'signing out'(scene) {
    const { inside, app } = scene;
    if (!inside) return [];
    const url = app.signOutUrl({ id_token_hint: inside.tokens.id_token ?? '' });
    await signOutScreen(await inside.visitor.open(url, { from: app.home })).yes();
    scene.inside = undefined;
    return ['session.ended success'];
  },

  async 'fresh tokens'({ app, inside }) {
    if (!inside) return [];
    inside.tokens = await app.refresh(inside.tokens.refresh_token ?? '');
    return ['token.refreshed success'];
  },

  async 'tokens for nothing'({ app }) {
    await expect(app.refresh('no-token')).rejects.toThrow();
    return ['token.refused invalid_grant'];
  },

  async 'a registration'(scene) {
    const { app } = scene;
    const asked = await app.ask();
    const page = await stage.visitor().open(asked.url, { from: app.home });
    const email = `grace.${newMark()}@example.com`;
    const newcomer = { email, name: 'Grace', password: 'A brand-new pass-phrase 5' };
    const form = (await page.follow('#register')).enter(newcomer);
    const wrong = (await form.press('#register-submit')).enter({ code: '000 000' });
    const tried = await wrong.press('#code-submit');
    await stage.deliver(); // Of two mails, the one that comes later counts.
    const resent = await tried.press('#verify-resend');
    const { code = '' } = await stage.letterTo(email);
    await app.finish(await resent.enter({ code }).press('#code-submit'), asked);
    return [
      ...['registration.completed success', 'verification.requested success'],
      ...['verification.refused wrong-code', 'verification.requested success'],
      ...['verification.completed success', ...LET_IN],
    ];
  },

  async 'a forgotten password'(scene) {
    if (scene.hasReset) return [];
    await stage.deliver();
    const form = await (await atSignIn(scene)).follow('a[href="/recovery"]');
    await form.enter({ email: scene.person.email }).press('#recovery-submit');
    const [link = ''] = (await stage.letterTo(scene.person.email)).links;
    const chosen = aPassword();
    const choice = await stage.visitor().open(link, MAIL);
    await choice.enter({ password: chosen }).press('#password-submit');
    Object.assign(scene, { hasReset: true, wrong: 0, inside: undefined });
    scene.person = { ...scene.person, password: chosen };
    return [
      ...['recovery.requested success', 'recovery.completed success'],
      ...['session.all-ended success', 'lockout.opened success'],
    ];
  },

  async 'an expired password'(scene) {
    stage.clock.pass(91 * DAY);
    const { app } = scene;
    const asked = await app.ask();
    const visitor = stage.visitor();
    const page = await visitor.open(asked.url, { from: app.home });
    const chosen = aPassword();
    const form = (await signInScreen(page).as(scene.person)).enter({ password: chosen });
    const tokens = await app.finish(await form.press('#change-submit'), asked);
    Object.assign(scene, { wrong: 0, inside: { visitor, tokens } });
    scene.person = { ...scene.person, password: chosen };
    return [
      ...['sign-in.challenged success', 'password.changed success'],
      ...['session.all-ended success', ...LET_IN],
    ];
  },
};

function aPassword(): string {
  return `Quite another pass-phrase ${newMark()}!`;
}

interface Written {
  readonly id: string;
  readonly event: string;
  /** The address, the user agent and the id of the request that it came of. */
  readonly origin: readonly (string | null)[];
}

/** What the log has of a tenant's authentication (R9.1). */
function entriesOf(tenantId: TenantId): Promise<readonly Written[]> {
  return stage.avian.core.units.run({ kind: 'system', job: 'test' }, async (unit) => {
    const sql = `select id, action || ' ' || outcome as event, array[address, user_agent, request_id] as origin
      from audit_entries where tenant_id = $1 and action = any($2) order by at, id`;
    return (await client(unit).query(sql, [tenantId, actionsOf('authentication')]))
      .rows as Written[];
  });
}

property(46, 'Authentication Event Logging', () => {
  it('has exactly one entry of each event, with where it came from, in whatever order they come', async () => {
    const step = fc.constantFrom(...Object.keys(STEPS));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 7 }), async (names) => {
        const scene = await aScene();
        const known = new Set<string>();
        for (const name of names) {
          stage.clock.pass(SECOND);
          const events = (await STEPS[name]?.(scene)) ?? [];
          const fresh = (await entriesOf(scene.tenantId)).filter(({ id }) => !known.has(id));
          for (const { id } of fresh) known.add(id);
          expect({ name, events: fresh.map(({ event }) => event).toSorted() }).toStrictEqual({
            name,
            events: [...events].toSorted(),
          });
          expect(fresh.filter(({ origin }) => origin.includes(null))).toStrictEqual([]);
        }
      }),
      { numRuns: 3, examples: [[Object.keys(STEPS)]] },
    );
  });
});
