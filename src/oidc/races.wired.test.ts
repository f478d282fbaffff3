import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECOND } from '#src/kernel/clock.ts';
import { signInScreen } from '#src/testing/screens/sign-in.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { type Answer, atOnce, codeOf, type Nodes, setScene, startNodes } from './bench.ts';

const CROWD = 20;
const ROUNDS = 3;

const wins = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200);
const losses = (answers: readonly Answer[]) =>
  new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body['error']));

describe.each(['redis', 'postgres'] as const)('two nodes with sessions in %s', (store) => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  it(`redeem one code once, of ${CROWD} tries at a time`, async () => {
    const scene = await setScene(nodes);
    for (let round = 0; round < ROUNDS; round += 1) {
      const form = await codeOf(scene);
      const answers = await atOnce(CROWD, () => nodes.post('/token', form, scene.app));
      expect(wins(answers)).toHaveLength(1);
      expect(losses(answers)).toEqual(new Set(['invalid_grant']));
    }
  });

  it(`give one refresh token one successor, of ${CROWD} uses at a time`, async () => {
    const scene = await setScene(nodes);
    const first = await nodes.post('/token', await codeOf(scene), scene.app);
    let token = String(first.body['refresh_token']);
    const spent: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const form = { grant_type: 'refresh_token', refresh_token: token };
      const answers = await atOnce(CROWD, () => nodes.post('/token', form, scene.app));
      const successors = new Set(wins(answers).map(({ body }) => String(body['refresh_token'])));
      expect(successors.size).toBe(1);
      spent.push(token);
      [token = ''] = successors;
    }

    nodes.first.clock.pass(11 * SECOND);
    const late = { grant_type: 'refresh_token', refresh_token: spent.at(-1) ?? '' };
    expect(await nodes.post('/token', late, scene.app)).toMatchObject({ status: 400 });
    const heir = { grant_type: 'refresh_token', refresh_token: token };
    expect(await nodes.post('/token', heir, scene.app)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('burn nothing when another application guesses a refresh token', async () => {
    const [scene, other] = await Promise.all([setScene(nodes), setScene(nodes)]);
    const first = await nodes.post('/token', await codeOf(scene), scene.app);
    const form = {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
    };
    const guesses = await atOnce(CROWD, () => nodes.post('/token', form, other.app));
    expect(wins(guesses)).toHaveLength(0);
    expect(await nodes.post('/token', form, scene.app)).toMatchObject({ status: 200 });
  });

  it('produce one code from an interaction that is finished many times at once', async () => {
    const scene = await setScene(nodes);
    const ada = createVisitor();
    const { url } = await scene.relying.ask();
    const page = signInScreen(await ada.open(url, { from: scene.relying.home }));
    const ends = await Promise.all([1, 2, 3, 4].map(() => page.as(scene.person)));
    const codes = ends.flatMap((end) => end.url.searchParams.get('code') ?? []);
    expect(new Set(codes).size).toBe(1);
  });
});
