import { Router } from '@koa/router';
import { describe, expect, it } from 'vitest';
import { createToolkit, form, serve } from '#src/http/bench.ts';
import { createFormBody, formOf } from '#src/http/body.ts';
import { createBench } from './bench.ts';
import { claimedClient } from './gate.ts';
import type { Overrides } from './policies.ts';

const BROWSER = { accept: 'text/html,*/*;q=0.8' };

/** A server that holds its routes to limits, behind one proxy. */
async function serveLimited(overrides: Overrides = {}) {
  const bench = createBench(overrides);
  const { limit, spend } = bench.limits;
  const { stack } = createToolkit({ trust: { kind: 'hops', hops: 1 } });
  const router = new Router();
  const done = (ctx: { body: unknown }) => {
    ctx.body = 'done';
  };
  router.post('/register', limit('registration'), done);
  router.post('/token', limit('token', claimedClient), done);
  router.post('/login', createFormBody(), async (ctx) => {
    await spend(ctx, 'sign-in', { account: formOf(ctx)?.['login'] ?? '' });
    done(ctx);
  });
  const { ask } = await serve(...stack, limit('global'), router);
  return { ...bench, ask };
}

const LOGIN = form({ login: 'ada@x.test' });

describe('a limited route', () => {
  it('says what is left of every limit, and of the tightest to older programs', async () => {
    const { ask, clock } = await serveLimited();
    await ask('/login', LOGIN);
    clock.pass(1500);
    const { headers } = await ask('/login', LOGIN);
    expect(headers).toMatchObject({
      'ratelimit-policy':
        '"global";q=600;w=60, "sign-in";q=5;w=900, "sign-in-address";q=50;w=900, "sign-in-account";q=20;w=900',
      ratelimit:
        '"global";r=598;t=59, "sign-in";r=3;t=899, "sign-in-address";r=48;t=899, "sign-in-account";r=18;t=899',
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '3',
      'x-ratelimit-reset': String(Math.floor(clock.now().getTime() / 1000) + 899),
    });
  });

  it('shows a person a page that says how long to wait, and no more', async () => {
    const { ask } = await serveLimited({ registration: 1 });
    await ask('/register', { method: 'POST' });
    const answer = await ask('/register', { method: 'POST', headers: BROWSER });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('3600');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('<h1>Too many requests</h1>');
    expect(answer.text.match(/Wait 60 minutes, then try again\./g)).toHaveLength(1);
  });

  it('tells a program by RFC 9457, at the token endpoint too', async () => {
    const { ask } = await serveLimited({ token: 1 });
    await ask('/token', { method: 'POST' });
    const { status, headers, text } = await ask('/token', { method: 'POST' });
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([
      ...[429, '60', 'no-store'],
    ]);
    expect(JSON.parse(text)).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Wait 60 seconds, then try again.',
      code: 'too-many',
      requestId: headers['x-request-id'],
    });
  });

  it('is open again to whoever waited as long as told', async () => {
    const { ask, clock } = await serveLimited({ token: 1 });
    await ask('/token', { method: 'POST' });
    clock.pass(59_999);
    const { headers } = await ask('/token', { method: 'POST' });
    expect(headers['retry-after']).toBe('2');
    clock.pass(2000);
    expect((await ask('/token', { method: 'POST' })).status).toBe(200);
  });

  it.each([
    ['no header', undefined, undefined],
    ['rubbish', 'rubbish', 'more rubbish'],
    ['spoofed hops before the proxy’s word', '198.51.100.9, 192.0.2.1', '203.0.113.5, 192.0.2.1'],
    ['IPv4 written as IPv6', '192.0.2.1', '::ffff:192.0.2.1'],
    ['one network of IPv6', '2001:db8::1', '2001:DB8:0:0:ffff::9'],
  ])('counts as one address: %s', async (_, one, other) => {
    const { ask } = await serveLimited({ registration: 1 });
    const visit = (from: string | undefined) =>
      ask('/register', { method: 'POST', headers: from ? { 'x-forwarded-for': from } : {} });
    expect((await visit(one)).status).toBe(200);
    expect((await visit(other)).status).toBe(429);
  });

  it('counts clients apart by what they say they are, and those who say nothing as one', async () => {
    const { ask } = await serveLimited({ token: 1 });
    const visit = async (authorization?: string) => {
      const headers = authorization ? { authorization } : {};
      return (await ask('/token', { method: 'POST', headers })).status;
    };
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(await visit(basic('flock:secret'))).toBe(200);
    expect(await visit(basic('other:secret'))).toBe(200);
    expect(await visit()).toBe(200);
    expect(await visit(basic('flock:another'))).toBe(429);
    expect(await visit(basic('fl%6Fck:another'))).toBe(429);
    expect(await visit(basic('%zz:another'))).toBe(429);
    expect(await visit('Bearer x')).toBe(429);
    expect(await visit('Basic %%%')).toBe(429);
  });

  it('answers 503 where it guards a guess and the store is away, and serves the rest', async () => {
    const { ask, store } = await serveLimited();
    store.isAway = true;
    const refused = await ask('/login', LOGIN);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    expect((await ask('/nothing')).status).toBe(404);
  });
});
