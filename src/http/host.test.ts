import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';

/** What a handler behind the pin takes for its own address. */
async function serveAddress(issuer?: string) {
  const { stack } = createToolkit(issuer === undefined ? {} : { issuer });
  return serve(...stack, (ctx) => {
    ctx.body = [ctx.host, ctx.path, ctx.querystring, ctx.URL.host, ctx.href].join(' ');
  });
}

describe('the host pin', () => {
  it.each(['id.example.test', 'ID.Example.Test', 'id.example.test:80'])(
    'lets %s in',
    async (host) => {
      const { ask } = await serveAddress();
      const { status, text } = await ask('/auth?x=1', { headers: { host } });
      expect(status).toBe(200);
      expect(text).toBe(
        'id.example.test /auth x=1 id.example.test http://id.example.test/auth?x=1',
      );
    },
  );

  it.each([
    'evil.example',
    'id.example.test.',
    'id.example.test:8080',
    'id.example.test:443',
    'id.example.test@evil.example',
    'evil.example#id.example.test',
    'id.example.test,evil.example',
    'xid.example.test',
    '127.0.0.1',
    '',
  ])('refuses %j with 421', async (host) => {
    const { ask } = await serveAddress();
    expect((await ask('/', { headers: { host } })).status).toBe(421);
  });

  it('knows the port of an issuer that has one', async () => {
    const { ask } = await serveAddress('http://localhost:3000');
    expect((await ask('/', { headers: { host: 'localhost:3000' } })).status).toBe(200);
    expect((await ask('/', { headers: { host: 'localhost' } })).status).toBe(421);
    expect((await ask('/', { headers: { host: 'localhost:80' } })).status).toBe(421);
  });

  it.each(['x-forwarded-host', 'forwarded', 'x-host', 'x-original-host'])(
    'builds no address from %s',
    async (name) => {
      const { ask } = await serveAddress();
      const { text } = await ask('/', { headers: { [name]: 'evil.example' } });
      expect(text).not.toContain('evil');
    },
  );

  it('cuts a request line in absolute form to its path', async () => {
    const { raw } = await serveAddress();
    const answer = await raw(
      'GET http://id.example.test/auth?x=1 HTTP/1.1\r\nHost: id.example.test\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain(
      'id.example.test /auth x=1 id.example.test http://id.example.test/auth',
    );
  });

  it.each([
    [
      'another host in the request line',
      'GET http://evil.example/auth HTTP/1.1\r\nHost: id.example.test',
    ],
    ['another host in the header', 'GET http://id.example.test/ HTTP/1.1\r\nHost: evil.example'],
    [
      'userinfo in the request line',
      'GET http://id.example.test@evil.example/ HTTP/1.1\r\nHost: id.example.test',
    ],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: id.example.test\r\nHost: evil.example'],
    ['the same host twice', 'GET / HTTP/1.1\r\nHost: id.example.test\r\nHost: id.example.test'],
    ['no host', 'GET / HTTP/1.0'],
    ['another scheme', 'GET ftp://id.example.test/ HTTP/1.1\r\nHost: id.example.test'],
  ])('refuses %s', async (_, head) => {
    const { raw } = await serveAddress();
    const answer = await raw(`${head}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:21|00) /);
    expect(answer).not.toMatch(/^id\.example\.test \//m);
  });
});
