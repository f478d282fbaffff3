import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createVisitor } from './visitor.ts';

type Routes = Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

const servers: Server[] = [];

/** A small site. Names and loopback count as different sites, so one server plays two. */
async function site(routes: Routes) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const route = routes[new URL(request.url ?? '/', 'http://x').pathname];
    if (route) route(request, response);
    else response.writeHead(404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { seen, here: `http://127.0.0.1:${port}`, elsewhere: `http://app.flock.example:${port}` };
}

const html =
  (text: string, headers = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(text);
  };
const redirect =
  (location: string, status = 303) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { location }).end();
  };
const hosts = ['app.flock.example'];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

describe('a visitor', () => {
  it('types an address, fills a form and lands where its answer leads', async () => {
    const { here, seen } = await site({
      '/': html(
        '<h1>Sign in</h1><form method=post action=/go><input name=login><button id=b></form>',
      ),
      '/go': redirect('/in'),
      '/in': html('<h1>Hello</h1>'),
    });
    const page = await createVisitor().open(here);
    const next = await page.enter({ login: 'ada' }).press('#b');
    expect(next.heading).toBe('Hello');
    expect(next.hops.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 303',
      'GET 200',
    ]);
    expect(seen[1]?.headers).toMatchObject({ origin: here, 'sec-fetch-site': 'same-origin' });
  });

  it('leaves Strict cookies at home on a link from another site and along its redirects', async () => {
    const { here, elsewhere, seen } = await site({
      '/set': html('', { 'set-cookie': ['s=1; SameSite=Strict', 'l=1; SameSite=Lax'] }),
      '/auth': redirect('/next'),
      '/next': html(''),
    });
    const ada = createVisitor({ hosts });
    await ada.open(`${here}/set`);
    const page = await ada.open(`${here}/auth`, { from: elsewhere });
    expect(page.hops.map(({ cookies }) => cookies)).toEqual(['l=1', 'l=1']);
    expect(seen[1]?.headers['sec-fetch-site']).toBe('cross-site');
  });

  it('brings them along after a refresh, which the site’s own page began', async () => {
    const { here, elsewhere } = await site({
      '/set': html('', { 'set-cookie': 's=1; SameSite=Strict' }),
      '/auth': html('<meta http-equiv="refresh" content="0;url=/auth/again?a=1&amp;b=2">'),
      '/auth/again': html('<h1>Again</h1>'),
    });
    const ada = createVisitor({ hosts });
    await ada.open(`${here}/set`);
    const page = await ada.open(`${here}/auth`, { from: elsewhere });
    expect(page.url.href).toBe(`${here}/auth/again?a=1&b=2`);
    expect(page.hops.map(({ cookies }) => cookies)).toEqual([undefined, 's=1']);
  });

  it.each([
    { engine: 'chromium' as const, brought: 's=1' },
    { engine: 'firefox' as const, brought: undefined },
  ])(
    'in $engine, a typed address that another site redirects brings: $brought',
    async ({ engine, brought }) => {
      const served = await site({
        '/set': html('', { 'set-cookie': 's=1; SameSite=Strict' }),
        '/away': (request, response) =>
          redirect(`http://127.0.0.1:${request.socket.localPort}/home`)(request, response),
        '/home': html(''),
      });
      const ada = createVisitor({ hosts, engine });
      await ada.open(`${served.here}/set`);
      const page = await ada.open(`${served.elsewhere}/away`);
      expect(page.hops.at(-1)?.cookies).toBe(brought);
      expect(served.seen.at(-1)?.headers['sec-fetch-site']).toBe('none');
    },
  );

  it('stops at an address where nobody answers, and says which', async () => {
    const { here } = await site({ '/': redirect('https://dashboard.example/callback?code=1') });
    const page = await createVisitor().open(here);
    expect(page.status).toBe(0);
    expect(page.url.searchParams.get('code')).toBe('1');
  });

  it('stops at a port where nobody listens', async () => {
    const { here } = await site({ '/': redirect('http://127.0.0.1:1/callback?code=1') });
    const page = await createVisitor().open(here);
    expect([page.status, page.url.port]).toEqual([0, '1']);
  });

  it('is held to form-action at every address that a form leads to', async () => {
    const { here } = await site({
      '/': html('<form method=post action=/go><button>', {
        'content-security-policy': "form-action 'self'",
      }),
      '/go': redirect('https://dashboard.example/callback'),
    });
    const page = await createVisitor().open(here);
    await expect(page.press('button')).rejects.toThrow('form-action');
  });

  it('repeats a form when its page is reloaded, and no form that was redirected from', async () => {
    const { here, seen } = await site({
      '/': html(
        '<form method=post action=/stay><button id=a></button></form><form method=post action=/go><button id=b></button></form>',
      ),
      '/stay': html('<h1>Wrong</h1>'),
      '/go': redirect('/in'),
      '/in': html(''),
    });
    const page = await createVisitor().open(here);
    await (await page.press('#a')).reload();
    expect(seen.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /stay',
      'POST /stay',
    ]);
    await (await page.press('#b')).reload();
    expect(seen.at(-1)).toMatchObject({ method: 'GET', url: '/in' });
  });

  it('keeps POST, and its form, across 307 only', async () => {
    const { here, seen } = await site({
      '/': html('<form method=post action=/a><input name=x value=1><button>'),
      '/a': redirect('/b', 307),
      '/b': redirect('/c', 302),
      '/c': html(''),
    });
    await (await createVisitor().open(here)).press('button');
    expect(seen.slice(1).map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  });

  it('gives up on redirects and refreshes without end', async () => {
    const { here } = await site({
      '/a': redirect('/a'),
      '/b': html('<meta http-equiv=refresh content="0; url=/b">'),
    });
    await expect(createVisitor().open(`${here}/a`)).rejects.toThrow('redirects');
    await expect(createVisitor().open(`${here}/b`)).rejects.toThrow('without end');
  });
});
