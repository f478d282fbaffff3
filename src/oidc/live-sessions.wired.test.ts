import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '#src/infra/postgres/units.ts';
import { HOUR, later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import type { APerson } from '#src/testing/instance.ts';
import { consentScreen } from '#src/testing/screens/consent.ts';
import { isSignIn } from '#src/testing/screens/sign-in.ts';
import { createVisitor, type Visitor } from '#src/testing/visitor.ts';
import { codeOf, type Nodes, type Scene, setScene, startNodes } from './bench.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0';
const TELLS = { backchannelLogoutUri: 'https://dashboard.example/hears' };
const SCOPE = 'openid profile email offline_access';

describe.each(['redis', 'postgres'] as const)('everybody’s sessions, in %s', (store) => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await startNodes({ store });
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  const ownerOf = ({ id, tenantId }: APerson) => ({ userId: id, tenantId });
  const liveOf = ({ id }: APerson) => nodes.second.avian.oidc.live.of(id);

  async function signIn({ relying, person }: Scene, userAgent?: string): Promise<Visitor> {
    // One after another: what was used last can be told.
    nodes.first.clock.pass(SECOND);
    const visitor = createVisitor(userAgent === undefined ? {} : { userAgent });
    await relying.signIn(visitor, person);
    return visitor;
  }

  /** Whether the application still gets somebody in without a question. */
  async function isIn({ relying }: Scene, visitor: Visitor): Promise<boolean> {
    return !isSignIn(await visitor.open((await relying.ask()).url, { from: relying.home }));
  }

  it('are listed with where and how they are used, the latest used first', async () => {
    const scene = await setScene(nodes);
    const chrome = await signIn(scene);
    nodes.first.clock.pass(MINUTE);
    await signIn(scene, FIREFOX);
    nodes.first.clock.pass(MINUTE);
    await isIn(scene, chrome);

    const now = nodes.first.clock.now();
    const listed = await liveOf(scene.person);
    expect(listed).toMatchObject([
      { browser: { family: 'Chrome', platform: 'Linux' }, lastSeenAt: now },
      { browser: { family: 'Firefox', platform: 'Windows' }, lastSeenAt: later(now, -MINUTE) },
    ]);
    for (const one of listed) {
      expect(one).toMatchObject({
        address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
        how: ['pwd'],
        applications: [scene.app.id],
      });
      expect(one.endsAt.getTime() - one.lastSeenAt.getTime()).toBeGreaterThan(24 * HOUR - SECOND);
    }
  });

  it('end one by one, for their owner only, and their applications hear of it', async () => {
    const scene = await setScene(nodes, SCOPE, TELLS);
    const [mine, other] = [await signIn(scene), await signIn(scene)];
    const somebody = await setScene(nodes);
    const [latest] = await liveOf(scene.person);
    const uid = latest?.uid ?? '';
    const cause = { reason: 'ended-by-owner' };
    const { live } = nodes.first.avian.oidc;

    expect(await live.end(ownerOf(somebody.person), uid, cause)).toBe(false);
    expect(await live.end(ownerOf(scene.person), uid, cause)).toBe(true);
    expect(await live.end(ownerOf(scene.person), uid, cause)).toBe(false);

    expect(await liveOf(scene.person)).toHaveLength(1);
    expect([await isIn(scene, mine), await isIn(scene, other)]).toEqual([true, false]);
    expect(await logoutsOf(scene)).toBe(1);
  });

  it('end all but one', async () => {
    const scene = await setScene(nodes);
    const [mine, ...others] = [await signIn(scene), await signIn(scene), await signIn(scene)];
    const [, , oldest] = await liveOf(scene.person);
    const { live } = nodes.first.avian.oidc;
    const cause = { reason: 'ended-by-owner' };

    expect(await live.endOthers(ownerOf(scene.person), oldest?.uid ?? '', cause)).toBe(2);
    expect(await isIn(scene, mine)).toBe(true);
    for (const other of others) expect(await isIn(scene, other)).toBe(false);
  });

  it('are as many as the tenant lets somebody have: those used longest ago end', async () => {
    const scene = await setScene(nodes);
    await set(scene, 'session_limit = 2');
    const visitors: Visitor[] = [];
    for (let n = 0; n < 3; n += 1) visitors.push(await signIn(scene));
    expect(await liveOf(scene.person)).toHaveLength(2);
    const [first, ...kept] = visitors;
    expect(first && (await isIn(scene, first))).toBe(false);
    for (const visitor of kept) expect(await isIn(scene, visitor)).toBe(true);
  });

  it('end where the browser is handed to somebody else, and their applications hear of it', async () => {
    const scene = await setScene(nodes, SCOPE, { ...TELLS, firstParty: false });
    const ada = await signIn(scene);
    const { url } = await scene.relying.ask({ parameters: { prompt: 'consent' } });
    const asked = consentScreen(await ada.open(url, { from: scene.relying.home }));
    expect(isSignIn(await asked.switchUser())).toBe(true);
    expect(await liveOf(scene.person)).toEqual([]);
    expect(await logoutsOf(scene)).toBe(1);
  });

  describe('when their cookie is in another browser', () => {
    async function stolen(scene: Scene): Promise<{ owner: Visitor; thief: Visitor }> {
      const owner = await signIn(scene);
      const thief = createVisitor({ userAgent: FIREFOX });
      const lines = owner.cookies
        .all()
        .map(({ name, value, path }) => `${name}=${value}; Path=${path}; SameSite=Strict`);
      thief.cookies.take(new URL(nodes.first.issuer), lines);
      return { owner, thief };
    }

    it('end for both, with an entry and a mail that asks whether that was them', async () => {
      const scene = await setScene(nodes);
      const { owner, thief } = await stolen(scene);
      expect(await isIn(scene, thief)).toBe(false);
      expect(await isIn(scene, owner)).toBe(false);
      expect(await entriesOf(scene)).toEqual(['browser-changed']);
      expect(await nodes.first.lettersTo(scene.person.email)).toMatchObject([
        { subject: expect.stringContaining('Was this you?') },
      ]);
    });

    it('live on where the tenant does not watch for it', async () => {
      const scene = await setScene(nodes);
      await set(scene, `session_watch = '{}'`);
      const { owner, thief } = await stolen(scene);
      expect([await isIn(scene, thief), await isIn(scene, owner)]).toEqual([true, true]);
    });
  });

  it('end with the refresh token that came of them and is used again', async () => {
    const scene = await setScene(nodes);
    const ada = createVisitor();
    const first = await nodes.post('/token', await codeOf(scene, ada), scene.app);
    const refreshed = {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
    };
    await nodes.post('/token', refreshed, scene.app);
    expect(await isIn(scene, ada)).toBe(true);

    nodes.first.clock.pass(11 * SECOND);
    expect(await nodes.post('/token', refreshed, scene.app)).toMatchObject({ status: 400 });
    expect(await isIn(scene, ada)).toBe(false);
    expect(await entriesOf(scene)).toEqual(['refresh-token-reused']);
  });

  function set({ person }: Scene, what: string): Promise<unknown> {
    return query(`update tenants set ${what} where id = $1`, [person.tenantId]);
  }

  async function logoutsOf({ person }: Scene): Promise<number> {
    const found = await query(`select from outbox where kind = 'logout' and tenant_id = $1`, [
      person.tenantId,
    ]);
    return found.rows.length;
  }

  async function entriesOf({ person }: Scene): Promise<unknown[]> {
    const found = await query(
      `select details ->> 'reason' as reason from audit_entries
       where action = 'session.ended' and actor_id = $1`,
      [person.id],
    );
    return found.rows.map((row) => row['reason']);
  }

  function query(text: string, values: unknown[]) {
    return nodes.first.avian.core.units.run({ kind: 'system', job: 'test' }, (unit) =>
      client(unit).query<Record<string, unknown>>(text, values),
    );
  }
});
