import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ask, createToolkit, form, serve } from './bench.ts';
import { createFormBody } from './body.ts';

const ORIGIN = 'http://id.example.test';

async function serveGuarded() {
  const { stack, csrf } = createToolkit();
  const served = await serve(...stack, createFormBody(), (ctx) => {
    csrf.check(ctx, ctx.get('x-binding') || 'page');
    ctx.body = 'done';
  });
  return { ...served, csrf };
}

/** A submission with a right token, but for what `over` says. */
function submission(token: string, headers: Record<string, string>): Ask {
  const { headers: type, ...rest } = form({ csrf: token });
  return { ...rest, headers: { ...type, ...headers } };
}

describe('a form of our own', () => {
  it.each([
    ['a browser that says so', { 'sec-fetch-site': 'same-origin', origin: ORIGIN }],
    ['a page that hides its origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['an older browser', { origin: ORIGIN }],
    ['a browser that says nothing', {}],
    ['a person who typed the address', { 'sec-fetch-site': 'none' }],
  ])('passes from %s', async (_, headers) => {
    const { ask, csrf } = await serveGuarded();
    expect(await ask('/', submission(csrf.issue('page'), headers))).toMatchObject({ status: 200 });
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }],
    [
      'a neighbouring subdomain',
      { 'sec-fetch-site': 'same-site', origin: 'http://app.example.test' },
    ],
    ['another site in an older browser', { origin: 'https://evil.example' }],
    ['a sandboxed frame in an older browser', { origin: 'null' }],
    ['our host on another port', { origin: `${ORIGIN}:8080` }],
    ['our host over another scheme', { origin: 'https://id.example.test' }],
    ['a header made up of two', { 'sec-fetch-site': 'same-origin, cross-site' }],
    [
      'a typed address with a foreign origin',
      { 'sec-fetch-site': 'none', origin: 'https://evil.example' },
    ],
  ])('is refused from %s, though its token is right', async (_, headers) => {
    const { ask, csrf } = await serveGuarded();
    expect((await ask('/', submission(csrf.issue('page'), headers))).status).toBe(403);
  });
});

describe('a token', () => {
  const OURS = { 'sec-fetch-site': 'same-origin', origin: ORIGIN };

  it('must be there, in the form', async () => {
    const { ask, csrf } = await serveGuarded();
    const token = csrf.issue('page');
    const refused: Ask[] = [
      form({}),
      { method: 'POST' },
      submission('', OURS),
      { ...form({}), headers: { 'content-type': 'text/plain', ...OURS }, body: `csrf=${token}` },
      { method: 'GET', headers: OURS },
      { method: 'POST', headers: { ...OURS, 'x-csrf-token': token } },
    ];
    for (const request of refused) {
      expect((await ask(`/?csrf=${token}`, request)).status).toBe(403);
    }
  });

  it('holds for what it was issued for and nothing else', async () => {
    const { ask, csrf } = await serveGuarded();
    const ofAnother = submission(csrf.issue('another page'), OURS);
    expect((await ask('/', ofAnother)).status).toBe(403);
    const bound = { ...OURS, 'x-binding': 'another page' };
    expect((await ask('/', submission(csrf.issue('another page'), bound))).status).toBe(200);
  });

  it('cannot be altered', async () => {
    const { ask, csrf } = await serveGuarded();
    const token = csrf.issue('page');
    const altered = fc.integer({ min: 0, max: token.length - 1 }).map((at) => {
      const replacement = token[at] === 'A' ? 'B' : 'A';
      return token.slice(0, at) + replacement + token.slice(at + 1);
    });
    const wrong = fc.oneof(
      altered,
      fc.string(),
      fc.constantFrom('.', '..', token.slice(1), `${token}A`, `${token}.`),
    );
    await fc.assert(
      fc.asyncProperty(wrong, async (text) => {
        fc.pre(text !== token && !text.startsWith(`${token}.`));
        expect((await ask('/', submission(text, OURS))).status).not.toBe(200);
      }),
      { numRuns: 60 },
    );
  });

  it('looks different on every page', () => {
    const { csrf } = createToolkit();
    expect(new Set(Array.from({ length: 50 }, () => csrf.issue('page'))).size).toBe(50);
  });

  it('does not name what it is bound to', () => {
    const { csrf } = createToolkit();
    expect(csrf.issue('uid-of-interaction')).not.toContain('uid-of-interaction');
  });
});

describe('a browser', () => {
  it('is known again by a cookie of its own', async () => {
    const { stack, csrf } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => {
      ctx.body = csrf.browserOf(ctx);
    });
    const first = await ask('/');
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toBe(`avian-browser=${first.text}; path=/; samesite=strict; httponly`);
    const again = await ask('/', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(again.text).toBe(first.text);
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it.each(['short', 'x'.repeat(44), `${'x'.repeat(42)}%`, ''])(
    'is not believed a cookie of %j',
    async (value) => {
      const { stack, csrf } = createToolkit();
      const { ask } = await serve(...stack, (ctx) => {
        ctx.body = csrf.browserOf(ctx);
      });
      const { text } = await ask('/', { headers: { cookie: `avian-browser=${value}` } });
      expect(text).toMatch(/^[\w-]{43}$/);
      expect(text).not.toBe(value);
    },
  );
});
