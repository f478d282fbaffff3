import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { createToolkit, form, serve } from './bench.ts';
import { BODY_LIMIT, createFormBody, formOf, parseForm, readBody, readJsonBody } from './body.ts';

const FORM = 'application/x-www-form-urlencoded';

async function serveForm() {
  return serve(...createToolkit().stack, createFormBody(), (ctx) => {
    ctx.body = { form: formOf(ctx) };
  });
}

const post = (body: string | Buffer, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': FORM, ...headers },
  body,
});

describe('a form', () => {
  it('is read as it was typed', async () => {
    const { ask } = await serveForm();
    const fields = { login: 'ada@x.test', password: 'p +&=%ä😀', empty: '', __proto__x: '1' };
    const { text } = await ask('/', form(fields));
    expect(JSON.parse(text).form).toEqual(fields);
  });

  it.each([
    ['a field twice', 'a=1&a=2'],
    ['a field twice in two spellings', 'a=1&%61=2'],
    ['a stray percent sign', 'a=%zz'],
    ['bytes that are no UTF-8', 'a=%ff'],
    ['an overlong encoding', 'a=%c0%af'],
    ['a lone surrogate', 'a=%ed%a0%80'],
    ['more fields than any form has', Array.from({ length: 101 }, (_, n) => `f${n}=`).join('&')],
  ])('is refused with %s', async (_, body) => {
    const { ask } = await serveForm();
    expect((await ask('/', post(body))).status).toBe(400);
  });

  it('is refused in raw bytes that are no UTF-8', async () => {
    const { ask } = await serveForm();
    expect((await ask('/', post(Buffer.from([0x61, 0x3d, 0xff])))).status).toBe(400);
  });

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json',
    `text/plain; ${FORM}`,
    `${FORM}; charset=utf-7`,
    `${FORM}; charset=utf-8; boundary=x`,
    `${FORM}, text/plain`,
    '',
  ])('is not found in a body of the type %j', async (type) => {
    const { ask } = await serveForm();
    const { status, text } = await ask('/', post('a=1', { 'content-type': type }));
    expect([status, JSON.parse(text)]).toEqual([200, {}]);
  });

  it.each([FORM.toUpperCase(), `${FORM};charset=UTF-8`, `${FORM} ; charset="utf-8"`])(
    'is found in a body of the type %j',
    async (type) => {
      const { ask } = await serveForm();
      expect((await ask('/', post('a=1', { 'content-type': type }))).text).toContain('"a":"1"');
    },
  );

  it('is read of a POST only', async () => {
    const { ask } = await serveForm();
    const { text } = await ask('/?a=1', { ...post('a=1'), method: 'PUT' });
    expect(JSON.parse(text)).toEqual({});
  });

  it('is refused compressed', async () => {
    const { ask } = await serveForm();
    expect((await ask('/', post('a=1', { 'content-encoding': 'gzip' }))).status).toBe(400);
  });

  it('holds what is sent and has no other names', () => {
    const fields = parseForm('__proto__=a&constructor=b');
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect('toString' in fields).toBe(false);
  });

  it('reads back whatever fields a browser writes, or refuses them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (fields) => {
        const text = new URLSearchParams(fields).toString();
        expect(Object.entries(parseForm(text))).toEqual(Object.entries(fields));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          for (const value of Object.values(parseForm(text)))
            expect(value.isWellFormed()).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });
});

describe('the size of a body', () => {
  const filled = (bytes: number) => `a=${'x'.repeat(bytes - 2)}`;

  it('may reach the limit', async () => {
    const { ask } = await serveForm();
    expect((await ask('/', post(filled(BODY_LIMIT)))).status).toBe(200);
  });

  it('may not pass it, said or unsaid beforehand', async () => {
    const { ask } = await serveForm();
    const body = filled(BODY_LIMIT + 1);
    expect((await ask('/', post(body))).status).toBe(413);
    expect((await ask('/', post(body, { 'transfer-encoding': 'chunked' }))).status).toBe(413);
  });

  it('is judged before the body comes, where it is said', async () => {
    const { port } = await serveForm();
    const socket = connect(port, '127.0.0.1');
    socket.write(head('Content-Length: 10000000') + 'a=');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('does not keep what comes after the limit, and answers while it still comes', async () => {
    const { ask } = await serveForm();
    const answer = await ask(
      '/',
      post('x'.repeat(8 * 1024 * 1024), { 'transfer-encoding': 'chunked' }),
    );
    expect(answer.status).toBe(413);
  });
});

describe('a body that was refused', () => {
  it('leaves its connection to the next request', async () => {
    const { raw } = await serveForm();
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answers = await raw(
      `${head('Transfer-Encoding: chunked')}${chunk.repeat(20)}0\r\n\r\n` +
        'GET / HTTP/1.1\r\nHost: id.example.test\r\nConnection: close\r\n\r\n',
    );
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });
});

describe('a body that ends early', () => {
  it('is no failure of ours', async () => {
    const { stack, logger } = createToolkit();
    const arrived = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { port } = await serve(
      async (_, next) => {
        arrived.resolve();
        await next().finally(ended.resolve);
      },
      ...stack,
      createFormBody(),
    );
    const socket = connect(port, '127.0.0.1');
    socket.write(head('Content-Length: 100') + 'a=');
    await arrived.promise;
    socket.destroy();
    await ended.promise;
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ message: 'request', status: 400 }),
    );
  });
});

function head(more: string): string {
  return `POST / HTTP/1.1\r\nHost: id.example.test\r\nContent-Type: ${FORM}\r\n${more}\r\n\r\n`;
}

describe('a body as text or JSON', () => {
  async function serveJson() {
    return serve(...createToolkit().stack, async (ctx) => {
      ctx.body = JSON.stringify(await readJsonBody(ctx)).slice(0, 100);
    });
  }
  const json = (body: string, type = 'application/json') => post(body, { 'content-type': type });

  it('is read where the type is right', async () => {
    const { ask } = await serveJson();
    expect((await ask('/', json('{"a":[1]}'))).text).toBe('{"a":[1]}');
  });

  it.each([
    ['another type', json('{}', 'text/plain')],
    ['no JSON', json('{')],
    ['nothing', json('')],
    ['a trailing text', json('{}{}')],
    ['a byte order mark', json('\ufeff{}')],
  ])('is refused with %s', async (_, ask) => {
    const served = await serveJson();
    expect((await served.ask('/', ask)).status).toBe(400);
  });

  it('names the type that a route reads', async () => {
    const { ask } = await serve(...createToolkit().stack, async (ctx) => {
      ctx.body = await readBody(ctx, FORM);
    });
    expect((await ask('/', post('a=1&a=2'))).text).toBe('a=1&a=2');
    expect((await ask('/', json('{}'))).text).toContain(FORM);
  });
});
