import fc from 'fast-check';
import { SignJWT } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { epochSeconds } from '#src/kernel/clock.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { property } from '#src/testing/property.ts';
import {
  CLIENTS,
  claimsOf,
  createBench,
  HOME,
  OPERATION,
  publicPem,
  RESIDENTS,
  serveBench,
  tokenOf,
  type World,
} from '../bench.ts';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ ';

/** What can be done to a whole token by whoever has no key of ours. */
const alterations: fc.Arbitrary<(token: string) => string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ at: fc.nat(10_000), by: fc.constantFrom(...LETTERS) })
      .map(({ at, by }) => (token: string) => {
        const place = at % token.length;
        const other = token[place] === by ? (by === 'A' ? 'B' : 'A') : by;
        return `${token.slice(0, place)}${other}${token.slice(place + 1)}`;
      }),
  },
  // The last letter of a signature has bits that encode nothing.
  fc.constantFrom(...LETTERS).map((by) => (token: string) => {
    const last = token.at(-1) === by ? (by === 'A' ? 'B' : 'A') : by;
    return `${token.slice(0, -1)}${last}`;
  }),
  fc.nat(10_000).map((length) => (token: string) => token.slice(0, length % token.length)),
  fc.string({ minLength: 1 }).map((more) => (token: string) => `${token}${encodeURI(more)}`),
  fc.constant((token: string) => token.split('.').toReversed().join('.')),
  fc.constant((token: string) => token.replace(/[^.]*$/, '')),
  fc.constantFrom('none', 'None', 'NONE', 'nOnE', '').map((alg) => (token: string) => {
    const [, payload = ''] = token.split('.');
    return `${base64({ alg, typ: 'at+jwt' })}.${payload}.`;
  }),
  fc.integer({ min: 8200, max: 12_000 }).map((size) => (token: string) => {
    const [header, payload = '', signature] = token.split('.');
    return [header, payload.padEnd(size, 'A'), signature].join('.');
  }),
  fc.string().map((text) => () => encodeURI(text)),
);

/** Claims that our own signature makes no better: a token we would not have made, or made for something else. */
const VOID: Readonly<Record<string, readonly unknown[]>> = {
  iss: ['https://other.example', 'http://id.example.test/', '', null, undefined],
  aud: [
    ...['https://api.example', 'console', 'urn:avian:api/', 'URN:AVIAN:API', '', undefined],
    ...[['urn:avian:api'], ['urn:avian:api', 'https://api.example'], []],
  ],
  exp: ['tomorrow', undefined, null, -1, 0],
  sid: ['no-session', RESIDENTS.tenant_admin.sid, '', 7, undefined],
  sub: [RESIDENTS.super_admin.id, 'console', '', undefined, 7],
  client_id: ['gone', 'reader', 'elsewheres', 'nobody', '__proto__', '', undefined],
  tenant_id: ['', 'home', undefined, RESIDENTS.super_admin.tenantId],
  cnf: [{ jkt: 'x' }, { 'x5t#S256': 'x' }, {}, 'x', null],
  jti: [undefined],
  iat: [undefined, 'now'],
  auth_time: [undefined, 0, 'now'],
};

/** Seconds by which a token is too early or too late, beyond what clocks may differ. */
const times = fc.integer({ min: 6, max: 100_000 }).chain((off) =>
  fc.constantFrom<Record<string, number>>(
    { exp: -off, iat: -off - 600 },
    { nbf: off },
    { iat: off },
    // Younger than it was made to be, and yet older than any of ours gets.
    { iat: -600 - off, exp: 600 },
  ),
);

const HEADERS: readonly Record<string, unknown>[] = [
  ...['JWT', 'at', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', '', undefined].map((typ) => ({ typ })),
  ...['es256', 'ES384', 'RS256', 'none', undefined, 7].map((alg) => ({ alg })),
  ...[{ crit: ['exp'] }, { b64: false, crit: ['b64'] }, { zip: 'DEF', crit: ['zip'] }],
  ...[{ kid: 'unknown' }, { kid: 7 }],
];

/** What a stranger's key may say of where it is found. */
const FOREIGN: readonly Record<string, unknown>[] = [
  ...[{}, { kid: undefined }, { kid: 'unknown' }, { kid: '../../etc/passwd' }, { x5c: ['AA'] }],
  ...[{ jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/x' }],
];

property(4, 'JWT Validation on Protected Routes', () => {
  let world: World;
  beforeAll(async () => {
    world = await createBench();
  });

  const honest = (over = {}) =>
    tokenOf(claimsOf(world, RESIDENTS.security_analyst, over), world.signing);
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const door = () => serveBench(world, OPERATION);
  type Door = Awaited<ReturnType<typeof door>>;
  type Way = Parameters<Door['ask']>;

  async function expectShut({ ask, runs }: Door, ...asked: Way) {
    const before = runs.length;
    const { status, headers: said, text } = await ask(...asked);
    expect({ status, ran: runs.length - before }).toEqual({ status: 401, ran: 0 });
    expect(said['www-authenticate']).toMatch(/^Bearer realm="http:\/\/id.example.test"/);
    if (asked[1]?.method !== 'HEAD') expect(text).toContain('"code":"unauthenticated"');
  }

  it('lets an honest token through, whoever signed it of our keys, and whatever the method', async () => {
    const { ask, runs } = await door();
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    for (const key of [world.signing, world.retiring]) {
      for (const method of methods) {
        const token = await tokenOf(claimsOf(world, RESIDENTS.security_analyst), key);
        expect((await ask('/api/things', { method, ...bearer(token) })).status).toBe(200);
      }
    }
    expect(runs).toHaveLength(2 * methods.length);
  });

  it('answers 401 to a token that was altered in any way, and runs nothing', async () => {
    const opened = await door();
    await fc.assert(
      fc.asyncProperty(
        alterations,
        fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD'),
        async (alter, method) => {
          const token = await honest();
          const altered = alter(token);
          fc.pre(altered.trim() !== token);
          await expectShut(opened, '/api/things', { method, ...bearer(altered) });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('answers 401 to a token of ours that is for something or somebody else', async () => {
    const opened = await door();
    for (const [name, values] of Object.entries(VOID))
      for (const value of values)
        await expectShut(opened, '/api/things', bearer(await honest({ [name]: value })));
  });

  it('answers 401 to a token of ours that is for another time', async () => {
    const opened = await door();
    const now = epochSeconds(world.clock.now());
    await fc.assert(
      fc.asyncProperty(times, async (offs) => {
        const shifted = Object.entries(offs).map(([name, off]) => [name, now + off]);
        const token = await honest(Object.fromEntries(shifted));
        await expectShut(opened, '/api/things', bearer(token));
      }),
      { numRuns: 60 },
    );
  });

  it('answers 401 to a token of another kind, and to one by a key that is not ours', async () => {
    const opened = await door();
    const claims = claimsOf(world, RESIDENTS.security_analyst);
    const { kid } = world.signing;
    const pem = new TextEncoder().encode(publicPem(world.signing));
    const confused = (alg: string) =>
      new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', kid }).sign(pem);
    const tokens = await Promise.all([
      ...HEADERS.map((header) => tokenOf(claims, world.signing, header)),
      ...FOREIGN.flatMap((header) => [
        tokenOf(claims, world.foreign, header),
        // Under the name of one of ours.
        tokenOf(claims, world.foreign, { ...header, kid }),
      ]),
      ...['HS256', 'HS384', 'HS512'].map(confused),
    ]);
    for (const token of tokens) await expectShut(opened, '/api/things', bearer(token));
  });

  it('answers 401 to a token that comes in any other way than in the one Authorization header', async () => {
    const opened = await door();
    const token = await honest();
    const type = 'application/x-www-form-urlencoded';
    const ways: readonly Way[] = [
      ['/api/things'],
      [`/api/things?access_token=${token}`],
      [
        '/api/things',
        { method: 'POST', headers: { 'content-type': type }, body: `access_token=${token}` },
      ],
      [
        '/api/things',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ userId: RESIDENTS.super_admin.id, access_token: token }),
        },
      ],
      [
        '/api/things',
        { headers: { cookie: `access_token=${token}; authorization=Bearer ${token}` } },
      ],
      [
        '/api/things',
        {
          headers: {
            'x-authorization': `Bearer ${token}`,
            'proxy-authorization': `Bearer ${token}`,
          },
        },
      ],
      ...[
        `Basic ${token}`,
        token,
        `Bearer${token}`,
        `Bearer ${token},`,
        `Bearer "${token}"`,
        `Bearer ${token} ${token}`,
        `Bearer, ${token}`,
        'Bearer',
        `DPoP ${token}`,
      ].map((authorization): Way => ['/api/things', { headers: { authorization } }]),
      ['/api/things', { headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } }],
      ['/api/things', { headers: { authorization: ['Bearer x', `Bearer ${token}`] } }],
      ['/api/things', { headers: { authorization: [`Bearer ${token}`, 'Basic x'] } }],
    ];
    for (const way of ways) await expectShut(opened, ...way);
  });

  it('answers 401 once the session of a token has ended, whoever it is', async () => {
    const fresh = await createBench();
    const { ask, runs } = await serveBench(fresh, OPERATION);
    for (const role of ROLES) {
      const who = RESIDENTS[role];
      const token = await tokenOf(claimsOf(fresh, who), fresh.signing);
      const status = async () => (await ask('/api/things', bearer(token))).status;
      expect(await status()).toBe(role === 'user' ? 403 : 200);
      fresh.ended.add(who.sid);
      const before = runs.length;
      expect([await status(), runs.length - before]).toEqual([401, 0]);
    }
  });

  it('answers 401 to a machine’s token whose client is none, or says another tenant than its own', async () => {
    const opened = await door();
    const names = fc.constantFrom(...Object.keys(CLIENTS), 'nobody');
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom(undefined, 'x', HOME), async (name, tenant) => {
        const claims = claimsOf(world, RESIDENTS.tenant_admin, {
          ...{ sub: name, client_id: name, sid: undefined, tenant_id: tenant },
        });
        fc.pre(name !== 'homelessRobot' && name !== 'console');
        fc.pre(!(name === 'robot' && tenant === HOME));
        await expectShut(opened, '/api/things', bearer(await tokenOf(claims, world.signing)));
      }),
      { numRuns: 30 },
    );
  });
});
