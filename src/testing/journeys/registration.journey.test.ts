import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registration } from '#src/features/tenancy/index.ts';
import { DAY } from '#src/kernel/clock.ts';
import { type ATenant, newMark } from '../instance.ts';
import { isSignIn, signInScreen } from '../screens/sign-in.ts';
import type { Page, Visitor } from '../visitor.ts';
import { type App, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const PASSWORD = 'A brand-new pass-phrase 5';
const MAIL = { from: 'https://mail.example' };

async function scene(registration: Registration = 'open', registrationDomains: string[] = []) {
  const tenant = await stage.aTenant();
  await stage.rooms.tenancy.update(tenant.slug, { registration, registrationDomains });
  const app = await stage.app({ tenantId: tenant.id });
  return { tenant, app, newcomer: aNewcomer() };
}

function aNewcomer() {
  return { email: `grace.${newMark()}@example.com`, name: 'Grace Hopper', password: PASSWORD };
}

type Newcomer = ReturnType<typeof aNewcomer>;

/** From the application's link to the form, filled in and sent. */
async function register(visitor: Visitor, app: App, newcomer: Newcomer) {
  const attempt = await app.ask();
  const page = await visitor.open(attempt.url, { from: app.home });
  const form = await page.follow('#register');
  const waiting = await form.enter(newcomer).press('#register-submit');
  return { attempt, waiting };
}

async function linkTo(email: string): Promise<string> {
  return (await stage.letterTo(email)).links[0] ?? '';
}

function isAt(page: Page, app: App): boolean {
  return page.url.origin === new URL(app.home).origin;
}

describe('somebody new', () => {
  it('registers, follows the mailed link, and is signed in to the application that asked', async () => {
    const { app, newcomer, tenant } = await scene();
    const grace = stage.visitor();
    const { attempt, waiting } = await register(grace, app, newcomer);
    expect([waiting.heading, waiting.url.pathname]).toEqual(['Check your email', '/verify']);
    expect(waiting.text).toContain(newcomer.email);

    const asked = await grace.open(await linkTo(newcomer.email), MAIL);
    expect([asked.heading, asked.has('input[name=password]')]).toEqual([
      'Confirm your email',
      false,
    ]);
    const page = await asked.press('#confirm-submit');
    const tokens = await app.finish(page, attempt);
    expect(tokens.claims()).toMatchObject({
      email: newcomer.email,
      email_verified: true,
      name: newcomer.name,
      tenant_id: tenant.id,
      roles: ['user'],
    });
  });

  it('may type the code from the mail instead', async () => {
    const { app, newcomer } = await scene();
    const { attempt, waiting } = await register(stage.visitor(), app, newcomer);
    const wrong = await waiting.enter({ code: '000 000' }).press('#code-submit');
    expect([wrong.status, wrong.heading]).toEqual([422, 'Check your email']);
    const { code = '' } = await stage.letterTo(newcomer.email);
    const page = await wrong.enter({ code }).press('#code-submit');
    expect((await app.finish(page, attempt)).claims()).toMatchObject({ email: newcomer.email });
  });

  it('may open the mail in another browser: it asks for the password, and the first one goes on', async () => {
    const { app, newcomer } = await scene();
    const { attempt, waiting } = await register(stage.visitor(), app, newcomer);
    const early = await waiting.press('#verify-continue');
    expect(early.heading).toBe('Check your email');

    const phone = stage.visitor();
    const asked = await phone.open(await linkTo(newcomer.email), MAIL);
    const wrong = await asked.enter({ password: 'Not my password 1!' }).press('#confirm-submit');
    expect([wrong.status, wrong.heading]).toEqual([422, 'Confirm your email']);
    const done = await wrong.enter({ password: PASSWORD }).press('#confirm-submit');
    expect(done.text).toContain(app.name);

    const page = await early.press('#verify-continue');
    expect((await app.finish(page, attempt)).claims()).toMatchObject({ email: newcomer.email });
  });

  it('who came back later and was never confirmed is told so after the right password, and mailed again', async () => {
    const { app, newcomer } = await scene();
    await register(stage.visitor(), app, newcomer);
    stage.clock.pass(2 * DAY);
    const attempt = await app.ask();
    const visitor = stage.visitor();
    const page = await visitor.open(attempt.url, { from: app.home });
    const waiting = await signInScreen(page).as(newcomer);
    expect(waiting.heading).toBe('Check your email');
    const asked = await visitor.open(await linkTo(newcomer.email), MAIL);
    const end = await asked.press('#confirm-submit');
    expect((await app.finish(end, attempt)).claims()).toMatchObject({ email: newcomer.email });
  });

  it('asks for another mail; the older link is dead, the newer one works', async () => {
    const { app, newcomer } = await scene();
    const grace = stage.visitor();
    const { attempt, waiting } = await register(grace, app, newcomer);
    const older = await linkTo(newcomer.email);
    const resent = await waiting.press('#verify-resend');
    expect(resent.text).toContain('We sent another one.');
    const newer = await linkTo(newcomer.email);
    expect(newer).not.toBe(older);
    expect((await grace.open(older, MAIL)).has('#confirm-submit')).toBe(false);
    const end = await (await grace.open(newer, MAIL)).press('#confirm-submit');
    expect((await app.finish(end, attempt)).claims()).toMatchObject({ email: newcomer.email });
  });

  it('whose password breaks the rules is told which, with what they typed kept', async () => {
    const { app, newcomer } = await scene();
    const { url } = await app.ask();
    const form = await (await stage.visitor().open(url, { from: app.home })).follow('#register');
    const refused = await form
      .enter({ ...newcomer, password: 'grace hopper' })
      .press('#register-submit');
    expect(refused.status).toBe(422);
    expect(refused.read('input[name=email]', 'value')).toBe(newcomer.email);
    expect(refused.read('input[name=name]', 'value')).toBe(newcomer.name);
    expect(await stage.lettersTo(newcomer.email)).toEqual([]);
  });
});

describe('an address that somebody has', () => {
  it('gets the same page, and its owner a mail', async () => {
    const { app, newcomer } = await scene();
    const owner = await stage.aUser();
    const { waiting } = await register(stage.visitor(), app, { ...newcomer, email: owner.email });
    const { waiting: other } = await register(stage.visitor(), app, newcomer);
    expect(waiting.text.replaceAll(owner.email, 'X')).toBe(
      other.text.replaceAll(newcomer.email, 'X'),
    );
    const letter = await stage.letterTo(owner.email);
    expect(letter.subject).toMatch(/already have an account/i);
    const tried = await waiting.enter({ code: '123 456' }).press('#code-submit');
    expect([tried.status, tried.heading]).toEqual([422, 'Check your email']);
    // Nothing of the attempt stays on the account.
    expect(await app.signIn(stage.visitor(), owner).catch(() => undefined)).toBeUndefined();
    const open = await stage.app();
    expect((await open.signIn(stage.visitor(), owner)).claims()?.sub).toBe(owner.id);
  });

  it('and nobody proved makes way for its owner, who finds nothing of the stranger', async () => {
    const { app, newcomer } = await scene();
    const stranger = stage.visitor();
    const theirs = { ...newcomer, name: 'Mallory', password: 'Some other pass-phrase 9' };
    const { waiting } = await register(stranger, app, theirs);
    const trap = await linkTo(newcomer.email);

    const grace = stage.visitor();
    const { attempt } = await register(grace, app, newcomer);
    expect((await grace.open(trap, MAIL)).has('#confirm-submit')).toBe(false);
    const end = await (await grace.open(await linkTo(newcomer.email), MAIL)).press(
      '#confirm-submit',
    );
    expect((await app.finish(end, attempt)).claims()).toMatchObject({ name: newcomer.name });

    // Not by the page that still waits, not by the password.
    const onward = await waiting.press('#verify-continue');
    expect(isAt(onward, app)).toBe(false);
    const { url } = await app.ask();
    const tried = await signInScreen(await stage.visitor().open(url, { from: app.home })).as(
      theirs,
    );
    expect(isSignIn(tried)).toBe(true);
  });

  it('is not proven by its owner for a stranger who waits: the link asks for the password', async () => {
    const { app, newcomer } = await scene();
    const theirs = { ...newcomer, password: 'Some other pass-phrase 9' };
    await register(stage.visitor(), app, theirs);
    const asked = await stage.visitor().open(await linkTo(newcomer.email), MAIL);
    expect(asked.has('input[name=password]')).toBe(true);
    const forgot = await asked.follow('a[href="/recovery"]');
    await forgot.enter({ email: newcomer.email }).press('#recovery-submit');
    const form = await stage.visitor().open(await linkTo(newcomer.email), MAIL);
    await form.enter({ password: PASSWORD }).press('#password-submit');
    expect((await app.signIn(stage.visitor(), newcomer)).claims()).toMatchObject({
      email: newcomer.email,
      email_verified: true,
    });
  });
});

describe('who may register', () => {
  const at = (visitor: Visitor, tenant: ATenant) =>
    visitor.open(`${stage.url}/register?tenant=${tenant.slug}`);

  it('is nobody where it is off: not by the page, and not by its form', async () => {
    const [closed, open] = [await scene('off'), await scene()];
    const visitor = stage.visitor();
    const page = await visitor.open((await closed.app.ask()).url, { from: closed.app.home });
    expect(page.has('#register')).toBe(false);
    expect((await at(stage.visitor(), closed.tenant)).status).toBe(404);
    const form = await at(stage.visitor(), open.tenant);
    await stage.rooms.tenancy.update(open.tenant.slug, { registration: 'off' });
    const sent = await form.enter(open.newcomer).press('#register-submit');
    expect(sent.status).toBe(404);
    expect(await stage.lettersTo(open.newcomer.email)).toEqual([]);
  });

  it('is who has an address of its domains, and not of one that only looks like it', async () => {
    const { tenant, newcomer } = await scene('domain', ['acme.example']);
    for (const email of [
      'x@evil-acme.example',
      'x@acme.example.evil.example',
      'x@sub.acme.example',
    ]) {
      const form = await at(stage.visitor(), tenant);
      const refused = await form.enter({ ...newcomer, email }).press('#register-submit');
      expect([refused.status, email]).toEqual([422, email]);
    }
    const email = `grace.${newMark()}@ACME.example`;
    const form = await at(stage.visitor(), tenant);
    const waiting = await form.enter({ ...newcomer, email }).press('#register-submit');
    expect(waiting.heading).toBe('Check your email');
    expect(await stage.lettersTo(email.toLowerCase())).toHaveLength(1);
  });

  it('is who was invited, with the role of the invitation, once', async () => {
    const { tenant, app, newcomer } = await scene('invite');
    const actor = { kind: 'system', id: 'test' } as const;
    const draft = { tenantId: tenant.id, email: newcomer.email, role: 'tenant_admin', by: actor };
    expect(await stage.rooms.invitations.invite(draft)).toMatchObject({ ok: true });
    expect((await at(stage.visitor(), tenant)).status).toBe(404);

    const link = await linkTo(newcomer.email);
    const form = await stage.visitor().open(link, MAIL);
    const { name, password } = newcomer;
    const welcome = await form.enter({ name, password }).press('#register-submit');
    expect(welcome.status).toBe(200);
    expect((await app.signIn(stage.visitor(), newcomer)).claims()).toMatchObject({
      email: newcomer.email,
      roles: ['tenant_admin'],
    });
    expect((await stage.visitor().open(link, MAIL)).has('#register-submit')).toBe(false);
  });

  it('registers in the default tenant where nothing says otherwise', async () => {
    const { tenant, newcomer } = await scene();
    await stage.rooms.tenancy.update(tenant.slug, { isDefault: true });
    const form = await stage.visitor().open(`${stage.url}/register`);
    const waiting = await form.enter(newcomer).press('#register-submit');
    expect(waiting.heading).toBe('Check your email');
    const confirmed = await (await stage.visitor().open(await linkTo(newcomer.email), MAIL))
      .enter({ password: PASSWORD })
      .press('#confirm-submit');
    expect(confirmed.status).toBe(200);
    const app = await stage.app();
    expect((await app.signIn(stage.visitor(), newcomer)).claims()).toMatchObject({
      tenant_id: tenant.id,
    });
  });
});
