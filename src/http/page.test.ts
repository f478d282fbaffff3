import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createToolkit, serve, VIEWS } from './bench.ts';
import { createPages, type PageOptions, seeOther, view, viewsIn } from './page.ts';

/** The product's views, and one more. */
function pagesWith(source: string) {
  const dir = mkdtempSync(join(tmpdir(), 'avian-views-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync(VIEWS, dir, { recursive: true });
  writeFileSync(join(dir, 'oidc/extra.eta'), source);
  const toolkit = createToolkit();
  return { ...toolkit, page: createPages({ ...toolkit, dir, product: 'Avian' }) };
}

const Extra = view<{ text?: unknown; other?: string }>('oidc/extra');

async function show(
  source: string,
  model: { text?: unknown; other?: string },
  options?: PageOptions,
) {
  const { stack, page } = pagesWith(source);
  const { ask } = await serve(...stack, (ctx) => page(ctx, Extra, model, options));
  return ask('/', { headers: { accept: 'text/html' } });
}

describe('a page', () => {
  it.each([
    ['text', 'a<b', 'a&lt;b'],
    ['a number', 7, '7'],
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['every sign that means something to HTML', `&<>"'\``, '&amp;&lt;&gt;&quot;&#39;&#96;'],
    ['an object, as what it is', { a: '<' }, '{&quot;a&quot;:&quot;&lt;&quot;}'],
  ])('prints %s', async (_, text, html) => {
    expect((await show('[<%= it.text %>]', { text })).text).toBe(`[${html}]`);
  });

  it('has the status it is given', async () => {
    expect((await show('x', {}, { status: 422 })).status).toBe(422);
  });

  it('hides its address from where it leads, when it is told to', async () => {
    expect((await show('x', {})).headers['referrer-policy']).toBe('same-origin');
    const { headers } = await show('x', {}, { referrer: 'no-referrer' });
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('carries a token for what its forms are bound to', async () => {
    const { csrf } = createToolkit();
    const source = "<%~ include('partials/csrf') %>";
    const { text } = await show(source, {}, { csrf: 'page' });
    const token = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const checked = { get: () => '', state: { form: { csrf: token } } };
    expect(() => csrf.check(checked as never, 'page')).not.toThrow();
    expect(() => csrf.check(checked as never, 'another')).toThrow();
  });

  it('fails rather than show a form that is bound to nothing', async () => {
    const { status, text } = await show("<%~ include('partials/csrf') %>", {});
    expect(status).toBe(500);
    expect(text).not.toContain('name="csrf"');
  });

  it('is not half shown when it cannot be written', async () => {
    const { status, text, headers } = await show('start <%= it.other.length %>', {});
    expect(status).toBe(500);
    expect(text).not.toContain('start');
    expect(text).toContain('Something went wrong on our side');
    expect(headers['content-security-policy']).toContain("form-action 'self';");
  });

  it('stops the start when it cannot be read', () => {
    expect(() => pagesWith('<% if (it.x) { %>')).toThrow('Bad template syntax');
    expect(() => pagesWith('<%= it.x')).toThrow('unclosed tag');
  });

  it('is named by its folder and file', () => {
    expect(viewsIn(VIEWS)).toContain('sign-in/sign-in');
    expect(viewsIn(VIEWS)).toContain('layouts/base');
  });
});

describe('see other', () => {
  it('sends a browser on with a GET', async () => {
    const { ask } = await serve(...createToolkit().stack, (ctx) => seeOther(ctx, '/auth/x?a=b'));
    const { status, headers } = await ask('/', { method: 'POST' });
    expect([status, headers.location]).toEqual([303, '/auth/x?a=b']);
  });

  it('cannot be made to say more than where', async () => {
    const { ask } = await serve(...createToolkit().stack, (ctx) =>
      seeOther(ctx, '/x\r\nSet-Cookie: a=b'),
    );
    const { headers } = await ask('/');
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers.location).toBe('/x%0D%0ASet-Cookie:%20a=b');
  });
});
