import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MINUTE, SECOND } from '#src/kernel/clock.ts';
import { property } from '#src/testing/property.ts';
import {
  type Answer,
  atOnce,
  codeOf,
  type Nodes,
  type Scene,
  setScene,
  startNodes,
} from '../bench.ts';

/** What a family of refresh tokens must be, whatever is done with it. */
interface Model {
  alive: boolean;
  /** Oldest first; the last one is unused. */
  readonly tokens: string[];
  /** When the token before the last was spent. */
  spentAt: number;
}

type Step =
  | { readonly kind: 'refresh'; readonly at: number }
  /** Presents the token that is so many uses old. */
  | { readonly kind: 'replay'; readonly age: number }
  | { readonly kind: 'wait'; readonly for: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('refresh' as const),
        at: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('replay' as const),
        age: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        for: fc.constantFrom(SECOND, 9 * SECOND, 11 * SECOND, MINUTE),
      }),
    },
  ),
  { minLength: 3, maxLength: 12 },
);

property(5, 'Token Refresh Mechanism', () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store: 'redis' });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  const use = (scene: Scene, token: string) =>
    nodes.post('/token', { grant_type: 'refresh_token', refresh_token: token }, scene.app);

  const now = () => nodes.first.clock.now().getTime();

  async function refresh(scene: Scene, model: Model, crowd: number): Promise<void> {
    const token = model.tokens.at(-1) ?? '';
    const answers = await atOnce(crowd, () => use(scene, token));
    if (!model.alive) return expectRefused(answers);
    const successors = new Set(answers.map(({ body }) => String(body['refresh_token'])));
    const access = new Set(answers.map(({ body }) => body['access_token']));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect([successors.size, access.size]).toEqual([1, crowd]);
    const [successor = ''] = successors;
    expect(model.tokens).not.toContain(successor);
    model.tokens.push(successor);
    model.spentAt = now();
  }

  async function replay(scene: Scene, model: Model, age: number): Promise<void> {
    const token = model.tokens.at(-1 - age);
    if (token === undefined) return;
    const answer = await use(scene, token);
    const isHonest = model.alive && age === 1 && now() - model.spentAt < 10 * SECOND;
    if (isHonest) {
      expect(answer.body['refresh_token']).toBe(model.tokens.at(-1));
      return;
    }
    expectRefused([answer]);
    model.alive = false;
  }

  function expectRefused(answers: readonly Answer[]): void {
    for (const { status, body } of answers) {
      expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'invalid_grant' });
    }
  }

  it('gives a new pair for each use, and ends the family at any later use of an older one', async () => {
    const scene = await setScene(nodes);
    await fc.assert(
      fc.asyncProperty(steps, async (plan: readonly Step[]) => {
        const first = await nodes.post('/token', await codeOf(scene), scene.app);
        const model: Model = {
          alive: true,
          tokens: [String(first.body['refresh_token'])],
          spentAt: 0,
        };
        for (const step of plan) {
          if (step.kind === 'wait') nodes.first.clock.pass(step.for);
          else if (step.kind === 'refresh') await refresh(scene, model, step.at);
          else await replay(scene, model, step.age);
        }
        // Where it stands in the end is where it stands.
        if (!model.alive) expectRefused([await use(scene, model.tokens.at(-1) ?? '')]);
      }),
      { numRuns: 30 },
    );
  });
});
