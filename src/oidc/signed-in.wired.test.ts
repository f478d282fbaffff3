import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '#src/kernel/clock.ts';
import { isSignIn } from '#src/testing/screens/sign-in.ts';
import { createVisitor, type Visitor } from '#src/testing/visitor.ts';
import { type Nodes, type Scene, setScene, startNodes } from './bench.ts';

describe.each(['redis', 'postgres'] as const)('a page of ours, with sessions in %s', (store) => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  const now = () => nodes.first.clock.now().getTime();
  const page = (visitor: Visitor) => visitor.open(new URL('/account/sessions', nodes.first.issuer));

  async function signIn({ relying, person }: Scene): Promise<Visitor> {
    const visitor = createVisitor({ now });
    await relying.signIn(visitor, person);
    return visitor;
  }

  async function isIn({ relying }: Scene, visitor: Visitor): Promise<boolean> {
    return !isSignIn(await visitor.open((await relying.ask()).url, { from: relying.home }));
  }

  it('is a use of the session, which lives on from there', async () => {
    const scene = await setScene(nodes);
    const [busy, idle] = [await signIn(scene), await signIn(scene)];
    nodes.first.clock.pass(23 * HOUR);
    expect((await page(busy)).status).toBe(200);
    nodes.first.clock.pass(23 * HOUR);
    expect([await isIn(scene, busy), await isIn(scene, idle)]).toEqual([true, false]);
  });

  it('keeps nobody in beyond seven days', async () => {
    const scene = await setScene(nodes);
    const ada = await signIn(scene);
    for (let passed = 0; passed < 7 * DAY - 23 * HOUR; passed += 23 * HOUR) {
      nodes.first.clock.pass(23 * HOUR);
      expect((await page(ada)).status).toBe(200);
    }
    nodes.first.clock.pass(23 * HOUR);
    expect((await page(ada)).status).toBe(401);
  });

  it('makes no session for whoever has none', async () => {
    const stranger = createVisitor({ now });
    expect((await page(stranger)).status).toBe(401);
    expect(stranger.cookies.all().filter(({ name }) => name.includes('session'))).toEqual([]);
  });
});
