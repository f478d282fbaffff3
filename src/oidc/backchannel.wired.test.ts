import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRelyingApp } from '#src/testing/relying-app.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { CALLBACK, startNodes } from './bench.ts';

/** An application on a private address that counts who calls it. */
async function privateApp() {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    response.end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}/backchannel-logout`,
    calls: () => calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a back-channel call to a private address', () => {
  it.each([
    { fetchAllow: [], calls: 0 },
    { fetchAllow: ['10.0.0.0/8', 'app.internal'], calls: 0 },
    { fetchAllow: ['127.0.0.0/8'], calls: 1 },
    { fetchAllow: ['127.0.0.1'], calls: 1 },
  ])(
    'is made $calls times where $fetchAllow is named; signing out works either way',
    async (named) => {
      await using nodes = await startNodes({ config: { fetchAllow: named.fetchAllow } });
      await using receiver = await privateApp();
      const person = await nodes.aUser();
      const app = await nodes.anApp({
        kind: 'web',
        firstParty: true,
        redirectUris: [CALLBACK],
        backchannelLogoutUri: receiver.uri,
      });
      const relying = await createRelyingApp({
        issuer: nodes.first.issuer,
        client: { id: app.id, ...(app.secret !== undefined && { secret: app.secret }) },
        redirectUri: CALLBACK,
      });
      const ada = createVisitor();
      await relying.signIn(ada, person);
      const question = await ada.open(relying.signOutUrl({ client_id: app.id }));
      const end = await signOutScreen(question).yes();
      expect(end.text).toContain('You are signed out');
      expect(receiver.calls()).toBe(0);
      await nodes.first.deliver();
      expect(receiver.calls()).toBe(named.calls);
    },
  );
});
