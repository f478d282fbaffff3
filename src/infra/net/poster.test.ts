import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPoster, type PosterSettings } from './poster.ts';

type Resolver = NonNullable<PosterSettings['resolver']>;

/** Resolves every name to these. */
function resolving(...addresses: string[]): Resolver {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return ((_host: string, _options: object, answer: (...told: unknown[]) => void) =>
    answer(null, found)) as unknown as Resolver;
}

async function listening(server: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function aServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: { method: string | undefined; body: string; path: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      seen.push({ method: request.method, body, path: request.url });
      answer(request, response);
    });
  });
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, seen };
}

const LOOPBACK = { allow: ['127.0.0.1'] };
const call = (url: string) => ({ url, headers: { 'content-type': 'text/plain' }, body: 'Grüße' });

describe('a call', () => {
  it('arrives as it was given, and brings back the status', async () => {
    const { url, seen } = await aServer((_, response) => response.writeHead(204).end());
    expect(await createPoster(LOOPBACK).post(call(`${url}in?a=1`))).toStrictEqual({
      ok: true,
      status: 204,
    });
    expect(seen).toStrictEqual([{ method: 'POST', body: 'Grüße', path: '/in?a=1' }]);
  });

  it('is not led elsewhere by a redirect', async () => {
    const secret = await aServer((_, response) => response.end());
    const { url } = await aServer((_, response) =>
      response.writeHead(307, { location: secret.url }).end(),
    );
    expect(await createPoster(LOOPBACK).post(call(url))).toStrictEqual({ ok: true, status: 307 });
    expect(secret.seen).toStrictEqual([]);
  });

  it('reads nothing of an answer that never ends', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const { url } = await aServer((request, response) => {
      request.socket.once('close', () => resolve());
      response.writeHead(200).write('x'.repeat(100_000));
    });
    expect(await createPoster(LOOPBACK).post(call(url))).toStrictEqual({ ok: true, status: 200 });
    await left;
  });

  it('gives a server up that is silent', async () => {
    const { url } = await aServer(() => undefined);
    const answered = await createPoster({ ...LOOPBACK, patienceMs: 50 }).post(call(url));
    expect(answered).toStrictEqual({ ok: false, reason: 'It did not answer in time.' });
  });

  it('tells of a server that hangs up, and of one that is not there', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    const url = await listening(server);
    const poster = createPoster(LOOPBACK);
    expect(await poster.post(call(url))).toMatchObject({ ok: false });
    server.close();
    expect(await poster.post(call(url))).toStrictEqual({
      ok: false,
      reason: 'It could not be reached: ECONNREFUSED.',
    });
  });
});

describe('a call into a private network', () => {
  const refused = {
    ok: false,
    reason: 'This address is not public, and AVIAN_FETCH_ALLOW does not name it.',
  };

  it('is not made by its address', async () => {
    const { url, seen } = await aServer((_, response) => response.end());
    expect(await createPoster({ allow: ['10.0.0.0/8'] }).post(call(url))).toStrictEqual(refused);
    expect(await createPoster({ allow: [] }).post(call('https://[::1]/'))).toStrictEqual(refused);
    expect(seen).toStrictEqual([]);
  });

  it('is not made by a name that leads there, whatever else it leads to', async () => {
    const { url, seen } = await aServer((_, response) => response.end());
    const named = call(url.replace('127.0.0.1', 'siem.example'));
    for (const resolver of [resolving('127.0.0.1'), resolving('9.9.9.9', '127.0.0.1')]) {
      expect(await createPoster({ allow: ['127.0.0.1'], resolver }).post(named)).toStrictEqual(
        refused,
      );
    }
    expect(await createPoster({ allow: [], resolver: resolving() }).post(named)).toStrictEqual(
      refused,
    );
    expect(seen).toStrictEqual([]);
  });

  it('is made to a host that was named', async () => {
    const { url, seen } = await aServer((_, response) => response.end());
    const named = call(url.replace('127.0.0.1', 'localhost'));
    expect(await createPoster({ allow: ['localhost'] }).post(named)).toMatchObject({ status: 200 });
    expect(seen).toHaveLength(1);
  });
});

describe('an address that is to be called', () => {
  const { fault } = createPoster({ allow: ['siem.internal', '127.0.0.1', '10.1.0.0/16'] });

  it.each([
    'https://siem.example/in?source=avian',
    'https://siem.example:8443/in',
    'https://9.9.9.9/in',
    'https://10.1.2.3/in',
    'http://siem.internal/in',
    'http://127.0.0.1:9000/in',
  ])('may be %s', (url) => expect(fault(url)).toBeUndefined());

  it.each([
    'http://siem.example/in',
    'https://10.2.0.1/in',
    'https://127.1/in',
    'https://0x7f000001/in',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/in',
    'http://localhost/in',
    'https://ada:secret@siem.example/in',
    'https://siem.example/in#part',
    'ftp://siem.example/in',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'siem.example',
    '',
  ])('may not be %j', (url) => expect(fault(url)).toEqual(expect.any(String)));
});
