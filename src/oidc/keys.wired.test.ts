import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '#src/kernel/clock.ts';
import { startAvian } from '#src/testing/avian.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { maintain } from '#src/testing/maintenance.ts';
import { isSignIn } from '#src/testing/screens/sign-in.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { codeOf, type Nodes, setScene, startNodes } from './bench.ts';

const RESOURCE = 'urn:example:birds';

describe('signing keys', () => {
  let database: TestDatabase;
  let nodes: Nodes;
  beforeAll(async () => {
    // Keys are the whole server's: other tests must not see these rotate.
    database = await anOwnDatabase();
    nodes = await startNodes({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await nodes[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  const list = () => nodes.first.avian.core.keys.list();
  const published = async (): Promise<JSONWebKeySet> => {
    const response = await fetch(new URL('/jwks', nodes.first.issuer));
    return (await response.json()) as JSONWebKeySet;
  };
  const rotate = async () => {
    await nodes.second.avian.core.keys.rotate();
    await refresh();
  };
  const refresh = () =>
    Promise.all([nodes.first, nodes.second].map(({ avian }) => avian.oidc.refreshKeys()));

  it('are made once, though two nodes start on an empty table at a time', async () => {
    await using empty = await anOwnDatabase();
    await using first = await startAvian({ databaseUrl: empty.url, clock: nodes.first.clock });
    const { core } = first.avian;
    await maintain(empty.url, (server) => server.query('delete from signing_keys'));
    const [one] = await Promise.all([core.keys.list(), core.keys.list(), core.keys.current()]);
    const states = one.map(({ alg, state }) => `${alg} ${state}`);
    expect(await core.keys.list()).toHaveLength(4);
    expect(states.toSorted()).toEqual([
      'ES256 active',
      'ES256 pending',
      'RS256 active',
      'RS256 pending',
    ]);
  });

  it('are published without their private half', async () => {
    const { keys } = await published();
    expect(keys.length).toBeGreaterThanOrEqual(4);
    for (const key of keys) {
      expect(
        Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(member)),
      ).toEqual([]);
    }
  });

  it('are sealed where they are kept', async () => {
    await maintain(database.url, async (server) => {
      const { rows } = await server.query('select private_sealed from signing_keys');
      expect(rows.length).toBeGreaterThanOrEqual(4);
      for (const row of rows as { private_sealed: string }[]) {
        expect(row.private_sealed).toMatch(/^v1\.test\./);
        expect(Buffer.from(row.private_sealed, 'base64url').toString('latin1')).not.toContain(
          '"d"',
        );
      }
    });
  });

  it('rotate without a failed request: sessions, sign-ins half done and tokens all go on', async () => {
    const machine = await nodes.anApp({
      kind: 'machine',
      resources: [RESOURCE],
      scopes: ['birds:read'],
    });
    const token = async () => {
      const answer = await nodes.post('/token', { grant_type: 'client_credentials' }, machine);
      expect(answer.status).toBe(200);
      return String(answer.body['access_token']);
    };
    await refresh();
    const cached = createLocalJWKSet(await published());
    const before = await token();
    const scene = await setScene(nodes);
    const ada = createVisitor();
    await scene.relying.signIn(ada, scene.person);
    const halfDone = await ada.open(
      (await scene.relying.ask({ parameters: { prompt: 'login' } })).url,
    );
    expect(isSignIn(halfDone)).toBe(true);

    const traffic = Promise.all(Array.from({ length: 40 }, token));
    await rotate();
    const after = await token();

    const signed = await Promise.all(
      [before, after, ...(await traffic)].map((jwt) => jwtVerify(jwt, cached)),
    );
    expect(new Set(signed.map(({ protectedHeader }) => protectedHeader.kid)).size).toBe(2);
    const now = createLocalJWKSet(await published());
    expect((await jwtVerify(before, now)).payload.iss).toBe(nodes.first.issuer);
    const silent = await ada.open((await scene.relying.ask()).url, { from: scene.relying.home });
    expect(isSignIn(silent)).toBe(false);
    expect(await nodes.post('/token', await codeOf(scene), scene.app)).toMatchObject({
      status: 200,
    });
  });

  it('keep what they replaced published, so that older signatures can still be checked', async () => {
    await refresh();
    const kids = new Set((await published()).keys.map(({ kid }) => kid));
    await rotate();
    const now = new Set((await published()).keys.map(({ kid }) => kid));
    expect([...kids].filter((kid) => !now.has(kid))).toEqual([]);
    expect(now.size).toBe(kids.size + 2);
  });

  it('are given up once no session can be left that they signed for', async () => {
    const { keys } = nodes.first.avian.core;
    await rotate();
    const retiring = (await list()).filter(({ state }) => state === 'retiring');
    nodes.first.clock.pass(7 * DAY);
    await keys.retire();
    expect((await list()).filter(({ state }) => state === 'retiring')).toHaveLength(
      retiring.length,
    );
    nodes.first.clock.pass(DAY);
    await keys.retire();
    await refresh();
    const kids = (await published()).keys.map(({ kid }) => kid);
    expect(retiring.filter(({ kid }) => kids.includes(kid))).toEqual([]);
  });

  it('rotate once for each of two that ask at a time, and never leave an algorithm without a key', async () => {
    const { keys } = nodes.first.avian.core;
    await Promise.all([keys.rotate(), nodes.second.avian.core.keys.rotate()]);
    const states = await list();
    for (const alg of ['RS256', 'ES256']) {
      const of = (state: string) => states.filter((key) => key.alg === alg && key.state === state);
      expect([of('active').length, of('pending').length]).toEqual([1, 1]);
    }
  });
});
