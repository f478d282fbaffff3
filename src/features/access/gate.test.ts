import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '#src/kernel/clock.ts';
import {
  aHolder,
  claimsOf,
  createBench,
  ELSEWHERE,
  HOME,
  machineClaims,
  OPERATION,
  OPERATOR,
  RESIDENTS,
  serveBench,
  tokenOf,
  type World,
} from './bench.ts';

let world: World;
beforeAll(async () => {
  world = await createBench();
});

const analyst = (over = {}) =>
  tokenOf(claimsOf(world, RESIDENTS.security_analyst, over), world.signing);
const operator = () => tokenOf(claimsOf(world, RESIDENTS.super_admin), world.signing);
const door = () => serveBench(world, OPERATION);

describe('a challenge', () => {
  it('tells whoever brings nothing which tokens are taken, and names no error', async () => {
    const { ask } = await door();
    const { headers, text } = await ask('/api/things');
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="http://id.example.test", DPoP realm="http://id.example.test", algs="ES256 EdDSA"',
    );
    expect(JSON.parse(text)).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('says of a token what is wrong with it, and nothing of whose it is', async () => {
    const { ask } = await door();
    const { headers } = await ask('/api/things', { headers: { authorization: 'Bearer x' } });
    expect(headers['www-authenticate']).toContain(
      'error="invalid_token", error_description="This is no access token."',
    );
  });
});

describe('a token bound to a key', () => {
  const bound = async (method = 'GET') => {
    const holder = await aHolder(world);
    const token = await analyst({ cnf: { jkt: holder.jkt } });
    const ask = async (
      proof: string | readonly string[],
      scheme = 'DPoP',
      path = '/api/things',
    ) => {
      const { ask: send } = await door();
      const headers = { authorization: `${scheme} ${token}`, dpop: proof };
      const { status, headers: said } = await send(path, { method, headers });
      return status === 401
        ? (/error="(\w+)"/.exec(said['www-authenticate'] ?? '')?.[1] ?? '')
        : status;
    };
    return { ...holder, token, ask };
  };

  it('opens with a proof by that key, in whichever letters the scheme is written', async () => {
    const { ask, proof, token } = await bound();
    expect(await ask(await proof(token))).toBe(200);
    expect(await ask(await proof(token), 'dpop')).toBe(200);
    expect(await ask(await proof(token, { htu: 'http://ID.example.test:80/api/things?x#y' }))).toBe(
      200,
    );
  });

  it('takes a proof once', async () => {
    const { ask, proof, token } = await bound();
    const once = await proof(token);
    expect([await ask(once), await ask(once)]).toEqual([200, 'invalid_dpop_proof']);
  });

  it('does not spend a proof that fits nothing', async () => {
    const { ask, proof, token } = await bound();
    const jti = 'the-same';
    expect(await ask(await proof(token, { jti, htm: 'POST' }))).toBe('invalid_dpop_proof');
    expect(await ask(await proof(token, { jti }))).toBe(200);
  });

  it('is refused as a bearer’s, with a proof or without; and an unbound one with a proof', async () => {
    const { ask, proof, token } = await bound();
    expect(await ask(await proof(token), 'Bearer')).toBe('invalid_token');
    const { ask: send } = await door();
    const plain = await analyst();
    const headers = { authorization: `DPoP ${plain}`, dpop: await proof(plain) };
    expect((await send('/api/things', { headers })).status).toBe(401);
  });

  it('needs one proof, and no more', async () => {
    const { ask, proof, token } = await bound();
    expect(await ask([])).toBe('invalid_dpop_proof');
    expect(await ask([await proof(token), await proof(token)])).toBe('invalid_dpop_proof');
  });

  it.each([
    ['another token', { ath: 'x' }],
    ['no token', { ath: undefined }],
    ['another method', { htm: 'POST' }],
    ['a method in other letters', { htm: 'get' }],
    ['another address', { htu: 'http://id.example.test/api/others' }],
    ['another host', { htu: 'http://evil.example/api/things' }],
    ['no address', { htu: 'things' }],
    ['no name of its own', { jti: '' }],
    ['a number for a name', { jti: 7 }],
  ])('is not opened by a proof of %s', async (_, over) => {
    const { ask, proof, token } = await bound();
    expect(await ask(await proof(token, over))).toBe('invalid_dpop_proof');
  });

  it.each([-301, 301])('is not opened by a proof of %i seconds from now', async (off) => {
    const { ask, proof, token } = await bound();
    const iat = Math.floor(world.clock.now().getTime() / 1000) + off;
    expect(await ask(await proof(token, { iat }))).toBe('invalid_dpop_proof');
  });

  it('is not opened by a proof of another key, of another kind, or of a key that is none', async () => {
    const { ask, proof, token } = await bound();
    const thief = await aHolder(world);
    expect(await ask(await thief.proof(token))).toBe('invalid_dpop_proof');
    expect(await ask(await proof(token, {}, { typ: 'JWT' }))).toBe('invalid_dpop_proof');
    const none = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    expect(await ask(await proof(token, {}, { jwk: none }))).toBe('invalid_dpop_proof');
    expect(await ask(await proof(token, {}, { jwk: { kty: 'oct', k: 'AA' } }))).toBe(
      'invalid_dpop_proof',
    );
    expect(await ask(`${await proof(token)}x`)).toBe('invalid_dpop_proof');
    expect(await ask('x'.repeat(9000))).toBe('invalid_dpop_proof');
  });
});

describe('what passes the gate is counted', () => {
  it('by the person or the machine whose token it is, and by its address where there is none', async () => {
    const { ask } = await door();
    const from = world.spent.length;
    const robot = await tokenOf(machineClaims(world, 'robot', { tenant_id: HOME }), world.signing);
    for (const token of [await analyst(), robot, 'x']) {
      await ask('/api/things', { headers: { authorization: `Bearer ${token}` } });
    }
    expect(world.spent.slice(from).map((one) => JSON.parse(one))).toEqual([
      ['api', { caller: `user ${RESIDENTS.security_analyst.id}` }],
      ['api', { caller: 'client robot' }],
      ['api-refused', {}],
    ]);
  });
});

describe('a machine', () => {
  const asMachine = async (client: Parameters<typeof machineClaims>[1], over = {}) => {
    const { ask, runs } = await serveBench(world, { ...OPERATION, reach: 'server' });
    const token = await tokenOf(machineClaims(world, client, over), world.signing);
    const { status } = await ask('/api/things', { headers: { authorization: `Bearer ${token}` } });
    return { status, scope: runs[0]?.scope };
  };

  it('is an administrator of its tenant, and of the server where that is the operator’s', async () => {
    expect(await asMachine('robot', { tenant_id: HOME })).toMatchObject({
      status: 200,
      scope: { kind: 'administrator', tenantId: HOME, by: { role: 'tenant_admin', home: HOME } },
    });
    expect(await asMachine('operatorsRobot', { tenant_id: OPERATOR })).toMatchObject({
      status: 200,
      scope: { kind: 'operator', by: { role: 'super_admin', actor: { kind: 'client' } } },
    });
  });

  it('may no more than its token is for', async () => {
    const over = { tenant_id: HOME, scope: 'users:create' };
    expect((await asMachine('robot', over)).status).toBe(403);
  });

  it('manages nothing where it belongs to no tenant', async () => {
    expect((await asMachine('homelessRobot')).status).toBe(403);
  });
});

describe('a super_admin who names another tenant', () => {
  const reach = async (
    reason: string | readonly string[] | undefined,
    tenant: string = ELSEWHERE,
  ) => {
    const { ask, runs } = await door();
    const told = Buffer.from(String(reason)).toString('latin1');
    const { status, text } = await ask(`/api/things?a=1&tenant=${tenant}&b=2`, {
      headers: {
        authorization: `Bearer ${await operator()}`,
        ...(reason !== undefined && { 'avian-reason': Array.isArray(reason) ? reason : told }),
      },
    });
    return { status, text, run: runs[0] };
  };

  it('works in it, and the operation’s query knows nothing of it', async () => {
    const { status, run } = await reach(' Ticket  №7 ');
    expect(status).toBe(200);
    expect(run).toMatchObject({
      query: 'a=1&b=2',
      scope: { tenantId: ELSEWHERE, by: { reason: 'Ticket №7' } },
    });
  });

  it.each([
    ['no reason', undefined],
    ['an empty one', ' '],
    ['one that nobody sees', '\u200b\u200e'],
    ['one without end', 'x'.repeat(201)],
    ['two of them', ['one', 'other']],
  ])('is asked why, with %s', async (_, reason) => {
    const { status, text, run } = await reach(reason);
    expect([status, run]).toEqual([400, undefined]);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ pointer: '#/Avian-Reason' }] });
  });

  it('is told of one that is none as of nothing', async () => {
    expect((await reach('A ticket.', 'flock')).status).toBe(404);
  });
});

describe('a request that nobody let through', () => {
  it('has no scope', () => {
    const { gate } = world;
    expect(() => gate.scopeOf({} as Parameters<typeof gate.scopeOf>[0])).toThrow(
      'Nobody was let through',
    );
  });
});

describe('an expired token', () => {
  it('is let through for the five seconds by which clocks may differ, and not a second longer', async () => {
    const own = await createBench();
    const { ask } = await serveBench(own, OPERATION);
    const token = await tokenOf(claimsOf(own, RESIDENTS.security_analyst), own.signing);
    const status = async () =>
      (await ask('/api/things', { headers: { authorization: `Bearer ${token}` } })).status;
    own.clock.pass(10 * MINUTE + 4000);
    expect(await status()).toBe(200);
    own.clock.pass(1000);
    expect(await status()).toBe(401);
  });
});
