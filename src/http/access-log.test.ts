import { Router } from '@koa/router';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '#src/testing/clock.ts';
import { createAccessLog, routeOf } from './access-log.ts';
import { createListeningLogger, createToolkit, serve } from './bench.ts';

describe('the access log', () => {
  it('says method, route, status and time of a request, and of each just once', async () => {
    const logger = createListeningLogger();
    const clock = createTestClock();
    const { ask } = await serve(createAccessLog({ logger, clock }), async (ctx) => {
      clock.pass(12);
      ctx.body = 'here';
    });
    await ask('/where');
    expect(logger.lines).toEqual([
      { level: 'info', message: 'request', method: 'GET', path: '/where', status: 200, ms: 12 },
    ]);
  });

  it('leaves out the query and the uid of an interaction', async () => {
    const { logger, stack } = createToolkit();
    const router = new Router();
    router.get('/interaction/:uid', (ctx) => {
      ctx.body = 'open';
    });
    const { ask } = await serve(...stack, router);
    await ask('/interaction/V1StGXR8_Z5jdHi6B-myT?secret=shown');
    const line = logger.lines.find(({ message }) => message === 'request');
    expect(line).toMatchObject({ path: '/interaction/:uid', status: 200 });
  });

  it('has a line for a request that failed, with the status it was answered with', async () => {
    const { logger, stack } = createToolkit();
    const { ask } = await serve(...stack, () => {
      throw new Error('broken');
    });
    await ask('/');
    expect(logger.lines.at(-1)).toMatchObject({ message: 'request', status: 500 });
  });

  it.each([
    ['/auth/V1StGXR8_Z5jdHi6B-myT', '/auth/:id'],
    ['/.well-known/openid-configuration', '/.well-known/openid-configuration'],
    ['/session/end/confirm', '/session/end/confirm'],
    ['/reset/3f9a', '/reset/:id'],
    ['/x%0d%0afake', '/:id'],
    [`/${'a'.repeat(100)}`, '/:id'],
    [`/a${'/a'.repeat(500)}`, `/a${'/a'.repeat(63)}`],
  ])('names %s, which no route claims, %s', (path, route) => {
    expect(routeOf({ path })).toBe(route);
  });
});
