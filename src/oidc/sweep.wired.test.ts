import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '#src/kernel/clock.ts';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { maintain } from '#src/testing/maintenance.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { type Nodes, setScene, startNodes } from './bench.ts';

describe('what has expired', () => {
  let database: TestDatabase;
  let nodes: Nodes;
  beforeAll(async () => {
    database = await anOwnDatabase();
    nodes = await startNodes({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await nodes[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  const count = (table: string) =>
    maintain(database.url, async (server) => {
      const { rowCount } = await server.query(`select from ${table}`);
      return rowCount;
    });
  const counts = async () => [
    await count('grants'),
    await count('refresh_tokens'),
    await count('session_revocations'),
  ];
  const sweep = async () => {
    const { oidc, core } = nodes.first.avian;
    await oidc.sweep(1000);
    await core.rooms.sessions.sweep(1000);
  };

  it('is removed when its time has come, and not before', async () => {
    const scene = await setScene(nodes);
    const ada = createVisitor();
    await scene.relying.signIn(ada, scene.person);
    const question = await ada.open(scene.relying.signOutUrl({ client_id: scene.app.id }));
    await signOutScreen(question).yes();
    await sweep();
    expect(await counts()).toEqual([1, 1, 1]);

    nodes.first.clock.pass(7 * DAY + HOUR);
    await sweep();
    expect(await counts()).toEqual([1, 0, 0]);
    nodes.first.clock.pass(31 * DAY);
    await sweep();
    expect(await counts()).toEqual([0, 0, 0]);
  });
});
