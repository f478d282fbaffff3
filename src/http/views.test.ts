import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createToolkit, serve, VIEWS } from './bench.ts';
import { viewsIn } from './page.ts';
import { samplesOf } from './samples/bench.ts';
import type { Sample } from './samples/parts/bench.ts';

const NAMES = viewsIn(VIEWS);
const PAGES = NAMES.filter((name) => !/^(?:layouts|partials)\//.test(name));
const SAMPLES = Object.entries(samplesOf());
const sourceOf = (name: string) => readFileSync(`${VIEWS}${name}.eta`, 'utf8');

async function render(sample: Sample, settings: Parameters<typeof createToolkit>[0] = {}) {
  const { stack, page } = createToolkit(settings);
  const { ask } = await serve(...stack, (ctx) => sample.show(page, ctx));
  return ask('/');
}

/** What is printed inside a tag and outside of double quotes: there, escaping does not hold. */
function misprintsIn(source: string): readonly string[] {
  const misprints: string[] = [];
  let place: 'text' | 'tag' | 'quoted' = 'text';
  for (const [token] of source.matchAll(/<%=[\s\S]*?%>|<%[\s\S]*?%>|[<>"]/g)) {
    if (token.startsWith('<%=') && place === 'tag') misprints.push(token);
    if (token === '<' && place === 'text') place = 'tag';
    else if (token === '>' && place === 'tag') place = 'text';
    else if (token === '"' && place !== 'text') place = place === 'tag' ? 'quoted' : 'tag';
  }
  return misprints;
}

describe('views', () => {
  it('are all shown by a sample', () => {
    expect(PAGES.length).toBeGreaterThan(0);
    expect([...new Set(SAMPLES.map(([, { view }]) => view))].toSorted()).toEqual(PAGES);
  });

  it.each(NAMES)('print nothing raw in %s but other views', (name) => {
    const raw = sourceOf(name).match(/<%[-_]?\s*~[\s\S]*?%>/g) ?? [];
    const body = name.startsWith('layouts/') ? ['<%~ it.body %>'] : [];
    const foreign = raw.filter((tag) => !/^<%~ include\('partials\/[a-z-]+'\) %>$/.test(tag));
    expect(foreign).toEqual(body);
  });

  it.each(NAMES)('print into text and quoted attributes only in %s', (name) => {
    expect(misprintsIn(sourceOf(name))).toEqual([]);
  });

  it('are caught printing into anything else', () => {
    expect(misprintsIn('<a href="/<%= it.a %>"><%= it.b %></a>')).toEqual([]);
    for (const source of [
      '<a href=<%= it.a %>>',
      "<a href='<%= it.a %>'>",
      '<a <%= it.a %>>',
      '<<%= it.a %>>',
    ]) {
      expect(misprintsIn(source)).toHaveLength(1);
    }
  });

  it.each(NAMES)('hold no script, style or handler of their own in %s', (name) => {
    const markup = sourceOf(name).replace(/<script type="module" src="[^"]*"><\/script>/, '');
    expect(markup).not.toMatch(/<script|<style|<iframe|<base\b|\sstyle=|\son[a-z]+=|javascript:/i);
  });

  it.each(NAMES)('print nothing into a place where escaping does not help in %s', (name) => {
    const source = sourceOf(name);
    // An address that a page leads to is chosen by this server, below its own origin or a registered one.
    const addresses = source.match(/(?:href|action|src)="<%=\s*([^%]*?)\s*%>/g) ?? [];
    const known =
      /<%=\s*(?:it\.(?:base|action|url|application\.href)|it\.page\.asset\([^)]*\))\s*%>/;
    for (const address of addresses) expect(address).toMatch(known);
  });

  it('have every form bound to its page, or to the session by the provider', () => {
    for (const name of PAGES) {
      const forms = sourceOf(name).match(/<form\b[\s\S]*?<\/form>/g) ?? [];
      for (const form of forms) {
        expect(form).toMatch(/method="post"/);
        expect(form).toMatch(/include\('partials\/csrf'\)|name="xsrf"/);
      }
    }
  });
});

describe.each(SAMPLES)('the page %s', (_, sample) => {
  it('is whole, plain HTML that nothing keeps', async () => {
    const { text, headers } = await render(sample);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">/);
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text.match(/<title>[^<]+ · Avian<\/title>/g)).toHaveLength(1);
    expect(text).not.toMatch(/undefined|\[object|<%|%>|\bnull\b|NaN/);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('loads nothing from elsewhere', async () => {
    const { text } = await render(sample);
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!flock\.example\.com)/);
  });

  it('shows a stranger’s words as text, wherever they stand', async () => {
    const attacks = [
      '<svg onload=alert(1)>',
      '"><script>alert(1)</script>',
      "' onmouseover='alert(1)",
      '` onfocus=`alert(1)',
      '<%= 7919*7907 %>{{7919*7907}}${7919*7907}',
      '</style></title></script><img src=x onerror=alert(1)>',
    ];
    const count = (html: string) => html.match(/<[a-z]/gi)?.length;
    const name = SAMPLES.find(([, other]) => other === sample)?.[0] ?? '';
    const calm = await render(sample);
    for (const attack of attacks) {
      const attacked = samplesOf((text) => text + attack)[name];
      const { text } = await render(attacked ?? sample, { product: `Avian${attack}` });
      expect(count(text)).toBe(count(calm.text));
      expect(text).not.toContain(attack);
      expect(text).not.toContain('62615533');
    }
  });
});

describe('the sign-in page', () => {
  const html = async (name: string) => (await render(samplesOf()[name] as Sample)).text;

  it('has the hooks and attributes that browsers, password managers and suites look for', async () => {
    const text = await html('sign-in');
    expect(text).toContain('<h1>Sign in</h1>');
    const login = /<input[^>]*name="login"[^>]*>/.exec(text)?.[0];
    for (const attribute of [
      'type="email"',
      'autocomplete="username"',
      'inputmode="email"',
      'autocapitalize="none"',
      'spellcheck="false"',
      'required',
    ]) {
      expect(login).toContain(attribute);
    }
    const password = /<input[^>]*name="password"[^>]*>/.exec(text)?.[0];
    for (const attribute of ['type="password"', 'autocomplete="current-password"', 'required']) {
      expect(password).toContain(attribute);
    }
    expect(text).toMatch(/<button [^>]*id="login-submit"[^>]*type="submit"/);
  });

  it('puts the focus in the first empty field, or on what is wrong', async () => {
    const focused = (text: string) => /<(?:input|div)[^>]*\bautofocus\b[^>]*>/g.exec(text)?.[0];
    expect(focused(await html('sign-in'))).toContain('name="login"');
    expect(focused(await html('sign-in-hinted'))).toContain('name="password"');
    expect(focused(await html('sign-in-wrong'))).toContain('role="alert" tabindex="-1"');
  });

  it('keeps the address after a mistake, and never a password', async () => {
    const text = await html('sign-in-wrong');
    expect(text).toContain('value="ada@example.com"');
    expect(/<input[^>]*name="password"[^>]*>/.exec(text)?.[0]).not.toContain('value=');
  });

  it('leads to recovery, and to registration where people can register', async () => {
    const linksOn = async (name: string) =>
      [...(await html(name)).matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
    expect(await linksOn('sign-in')).toEqual(['/recovery']);
    expect(await linksOn('sign-in-hinted')).toEqual(['/recovery', '/register']);
  });

  it('may send its forms on to the application, and other pages may not', async () => {
    const policy = async (name: string) =>
      (await render(samplesOf()[name] as Sample)).headers['content-security-policy'];
    expect(await policy('sign-in')).toContain("form-action 'self' https://flock.example.com;");
    expect(await policy('gone')).toContain("form-action 'self';");
  });
});

describe('hooks on other pages', () => {
  it.each([
    [
      'consent',
      /<button [^>]*id="consent-allow"[^>]*type="submit"[^>]*name="decision"[^>]*value="allow"/,
    ],
    [
      'consent',
      /<button [^>]*id="consent-deny"[^>]*type="submit"[^>]*name="decision"[^>]*value="deny"/,
    ],
    [
      'logout',
      /<button [^>]*id="logout-yes"[^>]*type="submit"[^>]*form="op\.logoutForm"[^>]*name="logout"[^>]*value="yes"/,
    ],
    ['logout', /<button [^>]*id="logout-no"[^>]*type="submit"[^>]*form="op\.logoutForm"/],
    [
      'logout',
      /<form [^>]*id="op\.logoutForm"[^>]*method="post"[^>]*action="\/session\/end\/confirm"/,
    ],
    ['signed-out', /You are signed out/],
    ['oidc-error', /invalid_redirect_uri[\s\S]*registered redirect_uris[\s\S]*01JDEX8QZ3V6/],
    ['hop', /<meta http-equiv="refresh" content="0;url=\/auth\?client_id=x&amp;state=y&amp;_b=1">/],
    ['hop', /<a href="\/auth\?client_id=x&amp;state=y&amp;_b=1">continue<\/a>/],
  ])('are on %s: %s', async (name, hook) => {
    expect((await render(samplesOf()[name] as Sample)).text).toMatch(hook);
  });
});
