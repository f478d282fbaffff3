import { describe, expect, it } from 'vitest';
import { NotFound } from '#src/kernel/faults.ts';
import { createToolkit, form, serve } from './bench.ts';
import { allowFormAction } from './csp.ts';

const https = () =>
  createToolkit({ issuer: 'https://id.example.test', trust: { kind: 'hops', hops: 1 } });

describe('security headers', () => {
  it.each([
    ['an answer', '/', 200],
    ['a redirect', '/elsewhere', 302],
    ['an empty answer', '/empty', 204],
    ['a missing page', '/missing', 404],
    ['a refusal', '/refused', 404],
    ['a failure', '/broken', 500],
    ['an asset', 'asset', 200],
  ])('stand on %s', async (_, path, status) => {
    const { stack, assets } = https();
    const { ask } = await serve(...stack, (ctx, next) => {
      if (ctx.path === '/') ctx.body = 'here';
      if (ctx.path === '/empty') ctx.body = null;
      if (ctx.path === '/elsewhere') ctx.redirect('https://app.example.test/');
      if (ctx.path === '/refused') throw new NotFound('no');
      if (ctx.path === '/broken') throw new Error('no');
      return next();
    });
    const answer = await ask(path === 'asset' ? assets.url('avian.css') : path);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
  });

  it('stand on refusals of the host and of plain http, which come before everything else', async () => {
    const { stack } = https();
    const { ask } = await serve(...stack);
    const foreign = await ask('/', { headers: { host: 'evil.example' } });
    const plain = await ask('/', { ...form({}), headers: { 'x-forwarded-proto': 'http' } });
    for (const { headers } of [foreign, plain]) {
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['cache-control']).toBe('no-store');
    }
    expect([foreign.status, plain.status]).toEqual([421, 403]);
  });

  it('promise no https for an issuer that has none', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack);
    expect((await ask('/')).headers).not.toHaveProperty('strict-transport-security');
  });

  it('take away what names the software', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => {
      ctx.set({ Server: 'avian/1', 'X-Powered-By': 'koa' });
      ctx.body = 'here';
    });
    const { headers } = await ask('/');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  it.each([
    ['/auth', 'unsafe-none'],
    ['/auth/V1StGXR8', 'unsafe-none'],
    ['/interaction/V1StGXR8/login', 'unsafe-none'],
    ['/authors', 'same-origin'],
    ['/account', 'same-origin'],
  ])('let a window of an application pass %s or cut it off (%s)', async (path, policy) => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack);
    expect((await ask(path)).headers['cross-origin-opener-policy']).toBe(policy);
  });

  it('leave alone what a route knows better', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=300');
      ctx.body = 'keys';
    });
    expect((await ask('/jwks')).headers['cache-control']).toBe('public, max-age=300');
  });
});

describe('form-action', () => {
  const policyAfter = async (...targets: readonly string[]) => {
    const { ask } = await serve(...createToolkit().stack, (ctx) => {
      for (const target of targets) allowFormAction(ctx, target);
      ctx.body = 'here';
    });
    return (await ask('/')).headers['content-security-policy'] as string;
  };

  it.each([
    ['https://app.example.test', "form-action 'self' https://app.example.test;"],
    ['http://127.0.0.1:3001', "form-action 'self' http://127.0.0.1:3001;"],
    ['com.example.app:', "form-action 'self' com.example.app:;"],
    ['http://[::1]:51004', "form-action 'self' http:;"],
  ])('may lead to %s', async (target, directive) => {
    expect(await policyAfter(target)).toContain(directive);
  });

  it('names each target once', async () => {
    const policy = await policyAfter('https://a.test', 'https://b.test', 'https://a.test');
    expect(policy).toContain("form-action 'self' https://a.test https://b.test;");
  });

  it.each([
    "https://app.test; script-src 'unsafe-inline'",
    'https://app.test https://evil.test',
    "'unsafe-inline'",
    'https://app.test,https://evil.test',
    'https://user@app.test',
    '*',
    '',
  ])('takes no %j', async (target) => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => allowFormAction(ctx, target));
    const { status, headers } = await ask('/');
    expect(status).toBe(500);
    expect(headers['content-security-policy']).toContain("form-action 'self';");
  });

  it('keeps a hash that somebody added to script-src', async () => {
    const { ask } = await serve(...createToolkit().stack, (ctx) => {
      const policy = ctx.response.get('Content-Security-Policy');
      ctx.set(
        'Content-Security-Policy',
        policy
          .replace("script-src 'self'", "script-src 'self' 'sha256-abc='")
          .replaceAll('; ', ';'),
      );
      allowFormAction(ctx, 'https://app.test');
      ctx.body = 'here';
    });
    const policy = (await ask('/')).headers['content-security-policy'];
    expect(policy).toContain("script-src 'self' 'sha256-abc=';");
    expect(policy).toContain("form-action 'self' https://app.test;");
  });
});
