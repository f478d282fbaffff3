import type { Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { createHealthApi } from './api.ts';
import { aHealth, FIGURES } from './bench.ts';
import type { HealthDeps } from './health.ts';

/** As it stands in the product: before the host is looked at. */
async function probed(parts?: Partial<HealthDeps>) {
  const { health, lifecycle } = aHealth(parts);
  const { stack } = createToolkit({ issuer: 'https://id.example.test' });
  const router = createHealthApi({ health });
  const at = stack.length - 4;
  const before = stack.slice(0, at);
  const { ask } = await serve(...before, router.routes() as Middleware, ...stack.slice(at));
  const probe = (path: string, method = 'GET', host = '10.0.0.7:3000') =>
    ask(path, { method, headers: { host, 'x-forwarded-proto': 'http' } });
  return { probe, lifecycle };
}

describe('health', () => {
  it('is told to who asks by whatever host, over plain http', async () => {
    const { probe } = await probed();
    const answer = await probe('/api/health');
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('of a live process is its figures', async () => {
    const { probe } = await probed();
    const answer = await probe('/api/health/live');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { status: 'ok', ...FIGURES }]);
  });

  it('of an instance that is ready is 200, with each check', async () => {
    const { probe } = await probed();
    const answer = await probe('/api/health/ready');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      {
        status: 'ok',
        checks: {
          postgres: { status: 'ok', ms: expect.any(Number) },
          store: { status: 'ok', ms: expect.any(Number) },
          isolation: { status: 'ok', ms: expect.any(Number) },
        },
      },
    ]);
  });

  it('of one that is not is 503, and tells nothing of the reason', async () => {
    const ping = () => Promise.reject(new Unavailable('redis://10.0.0.9 is away'));
    const { probe } = await probed({ store: { ping } });
    const answer = await probe('/api/health/ready');
    expect([answer.status, JSON.parse(answer.text).status]).toEqual([503, 'failing']);
    expect(answer.text).not.toContain('10.0.0.9');
    expect((await probe('/api/health/live')).status).toBe(200);
  });

  it('of one that stops is 503, while it still lives', async () => {
    const { probe, lifecycle } = await probed();
    lifecycle.stopping = true;
    const answers = await Promise.all([probe('/api/health/ready'), probe('/api/health/live')]);
    expect(answers.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('may be asked for by HEAD', async () => {
    const { probe } = await probed();
    const answer = await probe('/api/health/live', 'HEAD');
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  it.each([
    ['POST', '/api/health'],
    ['PUT', '/api/health/live'],
    ['DELETE', '/api/health/ready'],
    ['OPTIONS', '/api/health'],
    ['GET', '/api/health/'],
    ['GET', '/API/health'],
    ['GET', '/api//health'],
    ['GET', '//api/health'],
    ['GET', '/api/health/live/more'],
    ['GET', '/api/heal%74h'],
    ['GET', '/api/health%2flive'],
    ['GET', '/api/health;/live'],
  ])('lets nothing past the host that only looks like it: %s %s', async (method, path) => {
    const { probe } = await probed();
    expect((await probe(path, method)).status).toBe(421);
  });
});
