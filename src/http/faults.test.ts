import { Router } from '@koa/router';
import { describe, expect, it } from 'vitest';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  TenantBoundary,
  TooLarge,
  TooMany,
  Unauthenticated,
  Unavailable,
} from '#src/kernel/faults.ts';
import { createToolkit, serve } from './bench.ts';
import { createFaultBoundary } from './faults.ts';

const BROWSER = {
  headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
};

async function serveFault(fault: unknown) {
  const { stack, logger } = createToolkit();
  const { ask } = await serve(...stack, () => {
    throw fault;
  });
  return { ask, logger };
}

describe('the fault boundary', () => {
  it.each([
    [new InvalidInput('Odd.'), 400, 'invalid-input'],
    [new Unauthenticated('Who?'), 401, 'unauthenticated'],
    [new Forbidden('No.'), 403, 'forbidden'],
    [new TenantBoundary('No.'), 403, 'tenant-boundary'],
    [new NotFound('Where?'), 404, 'not-found'],
    [new Conflict('Late.'), 409, 'conflict'],
    [new TooLarge('Much.'), 413, 'too-large'],
    [new TooMany(1), 429, 'too-many'],
  ])('tells a program about %s by RFC 9457', async (fault, status, code) => {
    const { ask } = await serveFault(fault);
    const answer = await ask('/');
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'about:blank',
      status,
      code,
      detail: fault.detail,
      requestId: answer.headers['x-request-id'],
    });
  });

  it.each([undefined, '*/*', 'application/json', 'application/problem+json', 'image/webp'])(
    'takes whoever accepts %s for a program',
    async (accept) => {
      const { ask } = await serveFault(new NotFound('Where?'));
      const { headers } = await ask('/', accept === undefined ? {} : { headers: { accept } });
      expect(headers['content-type']).toBe('application/problem+json');
      expect(headers.vary).toContain('Accept');
    },
  );

  it.each([
    [1, 'a second'],
    [45, '45 seconds'],
    [91, '2 minutes'],
    [3600, '60 minutes'],
  ])('tells whoever asks too often to wait %i seconds, in words too', async (seconds, words) => {
    const { ask } = await serveFault(new TooMany(seconds));
    const { status, headers, text } = await ask('/', BROWSER);
    expect([status, headers['retry-after']]).toEqual([429, String(seconds)]);
    expect(text.split(`Wait ${words}, then try again.`)).toHaveLength(2);
  });

  it('shows a person a page with the words and the reference', async () => {
    const { ask } = await serveFault(new Forbidden('The door is shut.'));
    const { status, headers, text } = await ask('/', BROWSER);
    expect(status).toBe(403);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toContain('The door is shut.');
    expect(text).toContain(headers['x-request-id']);
  });

  it('names each field that does not fit, by a pointer to programs', async () => {
    const fields = { email: 'Write an address.', 'redirect_uris.0': 'Use https.', 'a/b~c': 'Odd.' };
    const { ask } = await serveFault(new InvalidInput('Some fields do not fit.', fields));
    expect(JSON.parse((await ask('/')).text).errors).toEqual([
      { pointer: '#/email', detail: 'Write an address.' },
      { pointer: '#/redirect_uris/0', detail: 'Use https.' },
      { pointer: '#/a~1b~0c', detail: 'Odd.' },
    ]);
    const { text } = await ask('/', BROWSER);
    for (const message of Object.values(fields)) expect(text).toContain(message);
  });

  it('says of anything else the reference and nothing more, and logs its cause', async () => {
    const error = new Error('password=hunter2 at db.internal', { cause: new Error('deep') });
    const { ask, logger } = await serveFault(error);
    for (const accept of ['application/json', BROWSER.headers.accept]) {
      const { status, text, headers } = await ask('/', { headers: { accept } });
      expect(status).toBe(500);
      expect(text).not.toMatch(/hunter2|db\.internal|deep|\.ts/);
      expect(text).toContain(headers['x-request-id']);
    }
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'a request failed', err: error },
      { level: 'error', message: 'a request failed', err: error },
    ]);
  });

  it.each([['a string'], [undefined], [null], [{ status: 200, expose: true, message: 'x' }]])(
    'takes a thrown %j for a failure of ours',
    async (thrown) => {
      const { ask } = await serveFault(thrown);
      expect((await ask('/')).status).toBe(500);
    },
  );

  it('says when to come back after a part was away, and not which part', async () => {
    const fault = new Unavailable('redis-3 is away', {
      retryAfter: 7,
      cause: new Error('ECONNREFUSED'),
    });
    const { ask, logger } = await serveFault(fault);
    const { status, headers, text } = await ask('/');
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('7');
    expect(text).not.toMatch(/redis|ECONN/);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fault: 'unavailable', err: fault.cause }),
    );
  });

  it('warns of an attempt across tenants', async () => {
    const { ask, logger } = await serveFault(new TenantBoundary('No.'));
    await ask('/');
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', fault: 'tenant-boundary' }),
    );
  });

  it('takes back what a handler had said before it failed', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => {
      ctx.cookies.set('session', 'given-too-early');
      ctx.set({ ETag: '"x"', 'Cache-Control': 'public, max-age=60', 'Content-Encoding': 'gzip' });
      ctx.redirect('https://elsewhere.test/');
      throw new Error('broken');
    });
    const { headers } = await ask('/');
    for (const name of ['set-cookie', 'etag', 'content-encoding', 'location']) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(headers['cache-control']).toBe('no-store');
  });

  it('answers even when its own page is broken', async () => {
    const { stack, logger } = createToolkit();
    const page = () => {
      throw new Error('no view');
    };
    const { ask } = await serve(...stack.slice(0, 3), createFaultBoundary({ page, logger }), () => {
      throw new NotFound('Where?');
    });
    const { status, headers, text } = await ask('/', BROWSER);
    expect([status, JSON.parse(text).code]).toEqual([404, 'not-found']);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(logger.lines).toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  it('answers what nobody answered', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack);
    expect(await ask('/nowhere', BROWSER)).toMatchObject({
      status: 404,
      text: expect.stringContaining('This page doesn’t exist'),
    });
    expect(JSON.parse((await ask('/nowhere')).text)).toMatchObject({ code: 'not-found' });
  });

  it.each(['TRACE', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('does nothing for %s', async (method) => {
    const { stack } = createToolkit();
    const router = new Router();
    let count = 0;
    router.post('/form', () => {
      count += 1;
    });
    const { ask } = await serve(...stack, router);
    const { status } = await ask('/form', {
      method,
      headers: { 'x-http-method-override': 'POST' },
    });
    expect([200, 404, 405, 501]).toContain(status);
    expect(count).toBe(0);
  });

  it('leaves a HEAD without a body', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack);
    expect(await ask('/nowhere', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' });
  });

  it('keeps an empty answer that was meant', async () => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack, (ctx) => {
      ctx.status = 204;
    });
    expect(await ask('/')).toMatchObject({ status: 204, text: '' });
  });
});
