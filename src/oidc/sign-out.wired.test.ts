import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import { isSignIn, signInScreen } from '#src/testing/screens/sign-in.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createVisitor, type Page, type Visitor } from '#src/testing/visitor.ts';
import { type Nodes, type Scene, setScene, startNodes } from './bench.ts';

describe.each(['redis', 'postgres'] as const)('signing out, with sessions in %s', (store) => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  async function signedIn(): Promise<{ scene: Scene; ada: Visitor }> {
    const scene = await setScene(nodes);
    const ada = createVisitor();
    await scene.relying.signIn(ada, scene.person);
    return { scene, ada };
  }

  const visit = async ({ relying }: Scene, ada: Visitor) =>
    ada.open((await relying.ask()).url, { from: relying.home });

  it('ends the session for whoever kept its cookie', async () => {
    const { scene, ada } = await signedIn();
    const kept = createVisitor();
    const lines = ada.cookies
      .all()
      .map(({ name, value, path }) => `${name}=${value}; Path=${path}`);
    kept.cookies.take(new URL(nodes.first.issuer), lines);
    expect(isSignIn(await visit(scene, kept))).toBe(false);
    const question = await ada.open(scene.relying.signOutUrl({ client_id: scene.app.id }));
    await signOutScreen(question).yes();
    expect(isSignIn(await visit(scene, kept))).toBe(true);
    expect(isSignIn(await visit(scene, ada))).toBe(true);
  });

  /** Says yes to the question, at the other node. */
  async function yes(ada: Visitor, question: Page): Promise<void> {
    const form = { xsrf: question.read('input[name=xsrf]', 'value') ?? '', logout: 'yes' };
    const errand = { crossSite: false, method: 'POST' };
    const cookie = ada.cookies.headerFor(new URL(nodes.first.issuer), errand) ?? '';
    expect(await nodes.postToSecond('/session/end/confirm', form, cookie)).toMatchObject({
      status: 303,
    });
  }

  it('cannot be undone by a request that was under way', async () => {
    const { scene, ada } = await signedIn();
    const question = await ada.open(scene.relying.signOutUrl({ client_id: scene.app.id }));
    const gate = holdSessions(nodes);
    const underWay = visit(scene, ada);
    await gate.reached;
    await yes(ada, question);
    gate.open();
    await underWay;
    expect(isSignIn(await visit(scene, ada))).toBe(true);
  });

  it('cannot be undone by a sign-in that was about to renew the session', async () => {
    const { scene, ada } = await signedIn();
    const attempt = await scene.relying.ask({ parameters: { prompt: 'login' } });
    const page = await ada.open(attempt.url, { from: scene.relying.home });
    const question = await ada.open(scene.relying.signOutUrl({ client_id: scene.app.id }));
    const gate = holdSessions(nodes);
    const renewing = signInScreen(page).as(scene.person);
    await gate.reached;
    await yes(ada, question);
    gate.open();
    await renewing;
    expect(isSignIn(await visit(scene, ada))).toBe(true);
  });
});

/** Holds back whatever the first node is about to do to a session in the store: its requests stay under way. */
function holdSessions({ first }: Nodes) {
  const { store } = first.avian;
  const { put, bury } = store;
  const arrival = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const hold = async (key: string) => {
    if (!key.startsWith('oidc:Session:')) return;
    arrival.resolve();
    await release.promise;
  };
  const held: Pick<EphemeralStore, 'put' | 'bury'> = {
    put: async (key, draft) => hold(key).then(() => put.call(store, key, draft)),
    bury: async (key, until) => hold(key).then(() => bury.call(store, key, until)),
  };
  Object.assign(store, held);
  return {
    reached: arrival.promise,
    open() {
      Object.assign(store, { put, bury });
      release.resolve();
    },
  };
}
