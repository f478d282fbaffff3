import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import { HOUR, later, MINUTE, systemClock } from '#src/kernel/clock.ts';
import { ALTERED_AVIAN, type Alterations, LISTENING, TAKEN } from '#src/testing/altered-avian.ts';
import { TEST_SECRETS } from '#src/testing/avian.ts';
import { createWorldClock } from '#src/testing/clock.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import { freePort } from '#src/testing/free-port.ts';
import { createRelyingApp } from '#src/testing/relying-app.ts';
import { signInScreen } from '#src/testing/screens/sign-in.ts';
import { isSignedOut, signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { CALLBACK, type Nodes, startNodes } from './bench.ts';

/** An application that answers its first calls with 500, and notes the tokens that it was sent. */
async function aListener({ fails }: { readonly fails: number }) {
  const refused: string[] = [];
  const accepted: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? '';
    const isBroken = refused.length < fails;
    (isBroken ? refused : accepted).push(token);
    response.writeHead(isBroken ? 500 : 200).end();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { refused, accepted, uri: `http://127.0.0.1:${port}/backchannel-logout` };
}

/** A process of the same installation that takes up what it should send, and never sends it. */
async function anUnluckyNode(issuer: string, databaseUrl: string): Promise<ChildProcess> {
  const alterations: Alterations = { hangsBeforeCalls: true };
  const keys = TEST_SECRETS.secretKeys.map(({ id, key }) => `${id}:${key.toString('base64')}`);
  const env = {
    NODE_ENV: 'development',
    PORT: new URL(issuer).port,
    AVIAN_ISSUER: issuer,
    DATABASE_URL: databaseUrl,
    REDIS_URL: '',
    LOG_LEVEL: 'warn',
    AVIAN_RATE_LIMITS: 'off',
    AVIAN_SECRET_KEYS: keys.join(','),
    AVIAN_COOKIE_KEYS: 'k'.repeat(40),
  };
  const child = spawn(process.execPath, [ALTERED_AVIAN, JSON.stringify(alterations)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await newsOf(child)).toContain(LISTENING);
  return child;
}

/** What it says next; or how it ended, if it says nothing any more. */
function newsOf(child: ChildProcess): Promise<unknown[]> {
  return Promise.race([once(child, 'message'), once(child, 'exit')]);
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await ended).toStrictEqual([null, 'SIGKILL']);
}

/** Both that are left go a round, at the same time. */
const deliver = ({ first, second }: Nodes) => Promise.all([first.deliver(), second.deliver()]);

it('an application that fails three times hears of a sign-out exactly once, though the process that answered it was killed before it could tell', {
  timeout: 60_000,
}, async () => {
  await using database = await anOwnDatabase();
  // The process to be killed lives by the machine's clock; here it is a minute earlier.
  using clock = createWorldClock(later(systemClock.now(), -MINUTE));
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const options = { store: 'postgres', databaseUrl: database.url, clock, issuer } as const;
  await using nodes = await startNodes(options);
  const listener = await aListener({ fails: 3 });
  const person = await nodes.aUser();
  const app = await nodes.anApp({
    ...{ kind: 'web', firstParty: true, redirectUris: [CALLBACK] },
    backchannelLogoutUri: listener.uri,
  });

  const unlucky = await anUnluckyNode(issuer, database.url);
  const client = { id: app.id, ...(app.secret !== undefined && { secret: app.secret }) };
  const relying = await createRelyingApp({ issuer, client, redirectUri: CALLBACK });
  const keys = jose.createLocalJWKSet((await (await fetch(`${issuer}/jwks`)).json()) as never);
  const ada = createVisitor();
  const { url } = await relying.ask();
  await signInScreen(await ada.open(url, { from: relying.home })).as(person);
  const taken = newsOf(unlucky);
  const question = await ada.open(relying.signOutUrl({ client_id: app.id }));
  expect(isSignedOut(await signOutScreen(question).yes())).toBe(true);
  expect(await taken).toContain(TAKEN);
  await kill(unlucky);

  await deliver(nodes);
  expect(listener.refused).toHaveLength(0);
  for (let round = 0; round < 6; round += 1) {
    clock.pass(HOUR);
    await deliver(nodes);
  }
  const { refused, accepted } = listener;
  expect([refused.length, accepted.length]).toStrictEqual([3, 1]);
  expect(new Set([...refused, ...accepted]).size).toBe(4);
  const [token = ''] = accepted;
  const { payload } = await jose.jwtVerify(token, keys, {
    ...{ issuer, audience: app.id, typ: 'logout+jwt', clockTolerance: '1 day' },
  });
  expect(payload).toMatchObject({ sub: person.id, sid: expect.any(String) });
  const outbox = nodes.first.rooms.outbox;
  expect(await outbox.list({ limit: 10 })).toStrictEqual([]);
  const delivered = await outbox.list({ state: 'delivered', limit: 10 });
  // The try of the process that was killed counts.
  expect(delivered).toMatchObject([{ topic: expect.any(String), attempts: 5 }]);
});
