import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createFetch } from './browsing/wire.ts';
import { createFront } from './tls.ts';

const HOSTS = ['idp.avian-test.example', 'app.flock-test.example'];

describe('a front of TLS', () => {
  it('hands each name to its own server, and says how the browser came', async () => {
    const server = createServer((request, response) => {
      const { host, ...headers } = request.headers;
      response.end(
        JSON.stringify({
          host,
          proto: headers['x-forwarded-proto'],
          for: headers['x-forwarded-for'],
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;

    await using front = await createFront(HOSTS);
    front.serve('idp.avian-test.example', `http://127.0.0.1:${port}`);
    const reach = createFetch({ hosts: HOSTS, ca: front.ca });
    const origin = front.origin('idp.avian-test.example');
    expect(await (await reach(origin)).json()).toEqual({
      host: new URL(origin).host,
      proto: 'https',
      for: '127.0.0.1',
    });
    expect((await reach(front.origin('app.flock-test.example'))).status).toBe(502);
    server.close();
  });
});
