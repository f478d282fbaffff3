import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mark } from '#src/infra/postgres/bench.ts';
import type { Page } from '#src/testing/visitor.ts';
import { aRegistrationBench, aSite, type Brought, type RegistrationBench } from './bench.ts';

let room: RegistrationBench;
beforeAll(async () => {
  room = await aRegistrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

const anAddress = () => `ada.${mark()}@x.test`;
const PASSWORD = 'long enough';

async function aDoor(over: Parameters<typeof room.aTenant>[0] = {}, brought?: Brought) {
  const tenant = await room.aTenant(over);
  const site = await aSite(room, brought);
  const register = `${site.origin}/register?tenant=${tenant.slug}`;
  const fill = (page: Page, email: string, password = PASSWORD) =>
    page.enter({ email, name: 'Ada', password }).press('#register-submit');
  return { tenant, site, register, fill };
}

describe('the registration page', () => {
  it('leads to the page that waits, and tells no more when the address is taken', async () => {
    const { site, register, fill } = await aDoor();
    const email = anAddress();
    const [first, second] = [site.visitor(), site.visitor()];
    const made = await fill(await first.open(register), email);
    expect([made.url.pathname, made.status, made.heading]).toEqual([
      '/verify',
      200,
      'Check your email',
    ]);
    expect(made.text).toContain(email);
    await made.enter({ code: room.newest(email).code }).press('#code-submit');

    const taken = await fill(await second.open(register), email);
    const plain = (page: Page) => page.html.replaceAll(/name="csrf" value="[^"]+"/g, '');
    expect(plain(taken)).toBe(plain(made));
    expect(taken.hops.map(({ status }) => status)).toEqual(made.hops.map(({ status }) => status));
    expect(room.mailsTo(email).at(-1)?.topic).toBe('registration/taken');
    expect(site.paced()).toBe(3);
  });

  it('keeps what was typed but the password, and says what does not fit', async () => {
    const { site, register, fill } = await aDoor();
    const weak = await fill(await site.visitor().open(register), 'ada@x.test', 'short');
    expect(weak.status).toBe(422);
    expect(weak.read('#email', 'value')).toBe('ada@x.test');
    expect(weak.read('#name', 'value')).toBe('Ada');
    expect(weak.read('#password', 'value')).toBeUndefined();
    expect(weak.says('#password-faults')).toContain('Choose another password.');
    const odd = await fill(weak, 'ada@x.test,eve@evil.test');
    expect(odd.status).toBe(422);
    expect(odd.says('#note')).toContain('Something needs another look.');
    expect(odd.says('#email-fault')).toContain('address');
  });

  it('says of which domains an address must be, and refuses any other', async () => {
    const { site, register, fill } = await aDoor({
      registration: 'domain',
      registrationDomains: ['x.test'],
    });
    const page = await site.visitor().open(register);
    expect(page.text).toContain('It has to be at x.test.');
    expect((await fill(page, 'ada@evil.test')).says('#email-fault')).toBe(
      'Use an address at x.test.',
    );
    expect((await fill(page, anAddress())).heading).toBe('Check your email');
  });

  it('is closed to look at and to post to, where nobody may register', async () => {
    const open = await aDoor();
    const page = await open.site.visitor().open(open.register);
    await room.tenancy.update(open.tenant.slug, { registration: 'off' });
    const email = anAddress();
    const posted = await open.fill(page, email);
    expect([posted.status, posted.heading]).toEqual([404, 'Registration is closed']);
    expect(await room.holdersOf(email)).toEqual([]);
    for (const slug of [open.tenant.slug, 'no-such-tenant']) {
      const shown = await open.site.visitor().open(`${open.site.origin}/register?tenant=${slug}`);
      expect([shown.status, shown.heading]).toEqual([404, 'Registration is closed']);
    }
    const { register, site } = await aDoor({ registration: 'invite' });
    const uninvited = await site.visitor().open(register);
    expect([uninvited.status, uninvited.heading]).toEqual([404, 'Registration is by invitation']);
  });

  it('takes no form with another browser’s token', async () => {
    const { site, register } = await aDoor();
    const browser = site.visitor();
    const page = await browser.open(register);
    const other = site.visitor();
    const foreign = await other.open(register);
    const csrf = page.read('input[name=csrf]', 'value') ?? '';
    const stolen = await foreign
      .enter({ csrf, email: anAddress(), name: 'Ada', password: PASSWORD })
      .press('#register-submit');
    expect(stolen.status).toBe(403);
  });

  it('leads back to itself from an address typed wrong', async () => {
    const { tenant, site, register, fill } = await aDoor();
    const waiting = await fill(await site.visitor().open(register), anAddress());
    const back = await waiting.follow('.lede a');
    expect(back.url.search).toBe(`?tenant=${tenant.slug}`);
    expect(back.heading).toBe('Create an account');
  });
});

describe('whoever came from an application', () => {
  it('registers in its tenant, whatever the address says, and goes on to it once proven', async () => {
    const own = await room.aTenant();
    const { site, register, fill } = await aDoor({}, { tenantId: own.id, interaction: 'uid-1' });
    const page = await site.visitor().open(register);
    expect(page.text).toContain('Flock Dashboard');
    const email = anAddress();
    const waiting = await fill(page, email);
    const [holder] = await room.holdersOf(email);
    expect(holder?.tenant_id).toBe(own.id);
    expect(site.admitted).toEqual([`uid-1 ${holder?.id}`]);
    const arrived = await waiting.enter({ code: room.newest(email).code }).press('#code-submit');
    expect(arrived.url.pathname).toBe('/interaction/uid-1');
  });

  it('is not let in with an address that somebody has', async () => {
    const { site, register, fill } = await aDoor({}, { interaction: 'uid-1' });
    const user = await room.aStranger({ selfRegistered: false });
    const waiting = await fill(await site.visitor().open(register), user.email);
    expect(waiting.heading).toBe('Check your email');
    expect(site.admitted).toEqual([]);
    expect(waiting.has('#verify-continue')).toBe(true);
    expect((await waiting.press('#verify-continue')).status).toBe(422);
    expect(site.arrivals).toEqual([]);
  });
});

describe('an invitation’s link', () => {
  async function invited(brought?: Brought) {
    const { tenant, site } = await aDoor({ registration: 'invite' }, brought);
    const email = anAddress();
    const actor = { kind: 'system', id: 'test' } as const;
    await room.invitations.invite({ tenantId: tenant.id, email, role: 'user', by: actor });
    return { site, email, link: site.linkOf(email) };
  }

  it('opens the page with its address, without the token in sight, and lets in at once', async () => {
    const { site, email, link } = await invited();
    const page = await site.visitor().open(link, { from: 'http://mail.example.test/' });
    expect([page.url.pathname, page.status]).toEqual(['/register', 200]);
    expect((await fetch(link)).headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.read('#email', 'value')).toBe(email);
    const welcome = await page.enter({ name: 'Ada', password: PASSWORD }).press('#register-submit');
    expect(welcome.heading).toBe('Your account is ready');
    const again = await site.visitor().open(link);
    expect([again.status, again.heading]).toEqual([410, 'This invitation doesn’t work any more']);
  });

  it('goes on to the sign-in that waits', async () => {
    const { site, email, link } = await invited({ interaction: 'uid-2' });
    const page = await site.visitor().open(link);
    const arrived = await page.enter({ name: 'Ada', password: PASSWORD }).press('#register-submit');
    expect(arrived.url.pathname).toBe('/interaction/uid-2');
    expect(site.admitted).toEqual([`uid-2 ${(await room.holdersOf(email))[0]?.id}`]);
  });

  it('lets nobody into an application of another tenant', async () => {
    const other = await room.aTenant();
    const { site, link } = await invited({ tenantId: other.id, interaction: 'uid-3' });
    const page = await site.visitor().open(link);
    const welcome = await page.enter({ name: 'Ada', password: PASSWORD }).press('#register-submit');
    expect(welcome.heading).toBe('Your account is ready');
    expect(site.admitted).toEqual([]);
  });

  it('tells the invited where they have an account already', async () => {
    const { site, email, link } = await invited();
    const page = await site.visitor().open(link);
    await room.aStranger({ email, selfRegistered: false });
    const told = await page.enter({ name: 'Ada', password: PASSWORD }).press('#register-submit');
    expect(told.status).toBe(422);
    expect(told.says('#note')).toContain('There is an account with this address already.');
  });
});
