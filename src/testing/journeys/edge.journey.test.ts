import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_RESOURCE, permissionsOf } from '#src/features/access/index.ts';
import { type RunningAvian, startAvian } from '../avian.ts';
import { sendBytes } from '../bare-socket.ts';
import { type Answer, type Message, send } from '../browsing/wire.ts';
import { encode, hostileText, SPELLINGS } from '../hostile.ts';
import { type ApiRequest, apiRequests } from '../hostile-api.ts';
import { type Acquaintance, hostileRequests } from '../hostile-requests.ts';
import { createWorld } from '../instance.ts';
import { engineRoutes, routesOf } from '../routes.ts';
import { signInScreen } from '../screens/sign-in.ts';
import { createVisitor, type Page } from '../visitor.ts';

let avian: RunningAvian;
let port: number;
let known: Known;

interface Known extends Acquaintance {
  /** Of a form of the open sign-in, and of the browser's other forms. */
  readonly tokens: readonly [signIn: string, browser: string];
  readonly email: string;
}

beforeAll(async () => {
  avian = await startAvian({ config: { trustProxy: { kind: 'hops', hops: 1 } } });
  port = Number(new URL(avian.url).port);
  known = await getToKnow();
});
afterAll(() => avian[Symbol.asyncDispose]());

/** Somebody is signed in, and has another sign-in page open. */
async function getToKnow(): Promise<Known> {
  const world = createWorld(avian.rooms);
  const redirectUri = 'https://app.example/callback';
  const app = { kind: 'spa', redirectUris: [redirectUri], firstParty: true } as const;
  const tenant = await world.aTenant();
  // No two of the requests to come have a browser's name in common.
  await avian.rooms.tenancy.update(tenant.slug, { sessionWatch: [] });
  const [person, { id }] = await Promise.all([
    world.aUser({ tenantId: tenant.id }),
    world.anApp(app),
  ]);
  const asked = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  }).toString();
  const visitor = createVisitor({ now: () => avian.clock.now().getTime() });
  await signInScreen(await visitor.open(`${avian.url}/auth?${asked}`)).as(person);
  const page = await visitor.open(`${avian.url}/auth?${asked}&prompt=login`);
  const recovery = await visitor.open(`${avian.url}/recovery`);
  const tokens = [csrfOn(page), csrfOn(recovery)] as const;
  const routes = [
    ...routesOf(avian.avian.routers),
    ...(await engineRoutes(avian.url, new URL(avian.url).host)),
  ];
  const paths = [...new Set(routes.map(({ path }) => path)), '/', '/nowhere', '/assets/avian.css'];
  const uid = page.url.pathname.split('/')[2] ?? '';
  const errand = { crossSite: false, method: 'POST' };
  return {
    origin: avian.issuer,
    paths: [...paths, ...paths.map((path) => path.replace(':uid', uid))],
    cookies: visitor.cookies.headerFor(page.url, errand) ?? '',
    ...{ tokens, email: person.email },
    sure: [
      ...asked.split('&'),
      ...tokens.map((token) => `csrf=${token}`),
      `login=${encodeURIComponent(person.email)}`,
      'grant_type=authorization_code',
    ],
  };
}

const csrfOn = (page: Page) => page.read('input[name=csrf]', 'value') ?? '';

/** Behind every other: its answer ends the connection. */
const last = () =>
  `GET /robots.txt HTTP/1.1\r\nhost: ${new URL(avian.url).host}\r\nconnection: close\r\n\r\n`;

describe('whatever is sent', () => {
  it('is answered without a failure of ours, and nothing of it becomes a header', async () => {
    const seen = new Set<number>();
    const sixteen = fc.array(hostileRequests(known), { minLength: 16, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(sixteen, async (requests) => {
        const replies = await Promise.all(
          requests.map((bytes) => sendBytes(port, `${bytes}${last()}`)),
        );
        for (const { statuses, text } of replies) {
          expect(statuses.filter((status) => status >= 500)).toEqual([]);
          expect(text).not.toMatch(/^x-injected/im);
          for (const status of statuses) seen.add(status);
        }
        expect(avian.complaints).toEqual([]);
      }),
      { numRuns: 120, endOnFailure: true },
    );
    // It went further than the doorstep.
    const doors = [200, 303, 400, 403, 404, 410, 413, 421];
    expect(doors.filter((status) => !seen.has(status))).toEqual([]);
    expect((await fetch(`${avian.url}/api/health/ready`)).status).toBe(200);
  });
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** As the browser sends it that stands on a page of ours, unless told; each time from another network. */
function browse(path: string, message: Partial<Message> = {}): Promise<Answer> {
  const { host } = new URL(avian.url);
  const site = { 'sec-fetch-site': 'same-origin', origin: avian.issuer };
  const from = `10.${randomBytes(3).join('.')}`;
  const usual = { host, cookie: known.cookies, 'x-forwarded-for': from, ...site };
  const headers = { ...usual, ...message.headers };
  return send({ method: 'GET', ...message, url: new URL(path, avian.url), headers }, {});
}

/** Where forms of ours are sent, those of the open sign-in with its name, and the token each takes. */
function formsOf({ paths, tokens }: Known): readonly { path: string; csrf: string }[] {
  const posts = routesOf(avian.avian.routers).filter(
    ({ method, path }) => method === 'POST' && !path.startsWith('/api/'),
  );
  const open = paths.findLast((path) => /^\/interaction\/[^/:]+$/.test(path)) ?? '';
  return posts.map(({ path }) => ({
    path: path.replace('/interaction/:uid', open),
    csrf: path.startsWith('/interaction') ? tokens[0] : tokens[1],
  }));
}

const FIELDS = ['login', 'password', 'email', 'name', 'code', 'decision', 'tenant', '__proto__'];

const formOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');

describe('whatever is typed into a form of ours', () => {
  it('is answered without a failure of ours', async () => {
    const own = await getToKnow();
    // Whoever gives up the sign-in sees no other page of it.
    const forms = formsOf(own).filter(({ path }) => !path.endsWith('/abort'));
    const typed = fc.record({
      values: fc.tuple(...FIELDS.map((name) => fc.tuple(fc.constant(name), hostileText))),
      count: fc.integer({ min: 2, max: FIELDS.length }),
    });
    const headers = { ...FORM, cookie: own.cookies };
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(typed, async ({ values, count }) => {
        const fields = Object.fromEntries(values.slice(0, count));
        const answers = await Promise.all(
          forms.map(({ path, csrf }) =>
            browse(path, { method: 'POST', headers, body: formOf({ ...fields, csrf }) }),
          ),
        );
        expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
        expect(avian.complaints).toEqual([]);
        for (const { status } of answers) statuses.add(status);
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([303, 400, 422]));
  });
});

describe('a route', () => {
  it('is reached by one spelling of its path, whoever routes it', async () => {
    const routes = [
      ...routesOf(avian.avian.routers),
      ...(await engineRoutes(avian.url, new URL(avian.url).host)),
    ];
    const head = `host: ${new URL(avian.url).host}\r\nconnection: close\r\ncontent-length: 0\r\n`;
    for (const { method, path } of routes) {
      const plain = path.replaceAll(/:\w+/g, () => 'x1');
      const misspelt = [`${plain}/`, `/${plain}`, plain.replaceAll('/', '//'), plain.toUpperCase()];
      const replies = await Promise.all(
        misspelt.map((it) => sendBytes(port, `${method} ${it} HTTP/1.1\r\n${head}\r\n`)),
      );
      const reached = replies.map(({ statuses }) => statuses.join());
      expect(reached, `${method} ${path}`).toEqual(['404', '404', '404', '404']);
    }
  });
});

describe('a form that another site sends, with the right token', () => {
  const foreign = { ...FORM, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };

  it('does nothing, however its address is written', async () => {
    const { email, tokens } = known;
    const body = formOf({ email, csrf: tokens[1] });
    const lines = Object.entries({
      ...{ host: new URL(avian.url).host, cookie: known.cookies, connection: 'close' },
      ...{ ...foreign, 'content-length': String(body.length) },
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    for (const path of ['/recovery', ...SPELLINGS.map((spell) => spell('/recovery'))]) {
      const { statuses } = await sendBytes(port, `POST ${path} HTTP/1.1\r\n${head}\r\n${body}`);
      expect([[400], [403], [404], [421]], path).toContainEqual(statuses);
    }
    expect(await avian.lettersTo(email)).toEqual([]);
  });

  it('is refused at every form there is', async () => {
    const own = await getToKnow();
    for (const { path, csrf } of formsOf(own)) {
      const body = formOf({ csrf, email: own.email, password: 'x', login: 'x', code: '1' });
      const headers = { ...foreign, cookie: own.cookies };
      const { status } = await browse(path, { method: 'POST', headers, body });
      // Of a form that belongs to another step, the way back to this one is all there is.
      const elsewhere = /(consent|switch)$/.test(path) ? 303 : 403;
      expect(status, path).toBe(elsewhere);
    }
  });
});

describe('the management API', () => {
  it('knows no cookie: a browser that is signed in may do nothing there', async () => {
    const { cookies } = await getToKnow();
    const { routers } = avian.avian.api;
    const open = ['/api/openapi.json', '/api/docs'];
    const guarded = routesOf(routers).filter(({ path }) => !open.includes(path));
    expect(guarded.length).toBeGreaterThan(60);
    for (const { method, path } of guarded) {
      const headers = { 'content-type': 'application/json', cookie: cookies };
      const body = ['GET', 'HEAD'].includes(method) ? {} : { body: '{}' };
      const { status } = await browse(path.replaceAll(/:\w+/g, 'x'), { method, headers, ...body });
      expect(status, `${method} ${path}`).toBe(401);
    }
  });

  it('answers an administrator without a failure of ours, whatever they send', async () => {
    const { call, ids } = await getIn();
    const seen = new Set<number>();
    // That one stream goes on for as long as somebody listens.
    const ending = avian.avian.api.operations.filter(({ path }) => path !== '/audit/stream');
    const eight = fc.array(apiRequests(ending, ids), {
      ...{ minLength: 8, maxLength: 8 },
    });
    await fc.assert(
      fc.asyncProperty(eight, async (requests) => {
        const statuses = await Promise.all(requests.map(call));
        for (const [at, status] of statuses.entries()) {
          expect(status, JSON.stringify(requests[at])).toBeLessThan(500);
          seen.add(status);
        }
        expect(avian.complaints).toEqual([]);
      }),
      { numRuns: 100, endOnFailure: true },
    );
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 403, 404]));
  });
});

/** A machine that may do whatever an administrator of its tenant may, and things of that tenant's. */
async function getIn() {
  const world = createWorld(avian.rooms);
  const { id: tenantId } = await world.aTenant();
  const scopes = permissionsOf('super_admin');
  const machine = { kind: 'machine', tenantId, resources: [API_RESOURCE], scopes } as const;
  const [{ id, secret }, person, app] = await Promise.all([
    world.anApp(machine),
    world.aUser({ tenantId }),
    world.anApp({ ...machine, name: 'Flock Sync' }),
  ]);
  const response = await fetch(`${avian.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', resource: API_RESOURCE, scope: scopes.join(' ') },
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const call = async ({ path, body, ...request }: ApiRequest): Promise<number> => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const sent = { ...request, headers, ...(body !== undefined && { body }) };
    return (await browse(`/api${path}`, sent)).status;
  };
  return { call, ids: [tenantId, person.id, app.id, randomUUID()] };
}

describe('a form of ours', () => {
  const sent = () => formOf({ email: known.email, csrf: known.tokens[1] });

  it('does nothing by another method or as another type, whatever a header calls it', async () => {
    const body = sent();
    const asked = await Promise.all([
      ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].flatMap((method) => [
        browse(`/recovery?${body}`, { method, headers: { 'x-http-method-override': 'POST' } }),
        browse(`/recovery?_method=POST&${body}`, { method }),
      ]),
      ...['application/json', 'text/plain', 'multipart/form-data; boundary=x'].map((type) =>
        browse('/recovery', { method: 'POST', headers: { 'content-type': type }, body }),
      ),
      browse(`/recovery?${body}`, { method: 'POST', headers: FORM }),
    ]);
    expect(asked.filter(({ status }) => ![200, 400, 403, 404].includes(status))).toEqual([]);
    expect(await avian.lettersTo(known.email)).toEqual([]);
  });

  it('reaches its handler where a page of ours sends it', async () => {
    const person = await createWorld(avian.rooms).aUser();
    const body = formOf({ email: person.email, csrf: known.tokens[1] });
    const { status } = await browse('/recovery', { method: 'POST', headers: FORM, body });
    expect(status).toBe(303);
    expect(await avian.lettersTo(person.email)).toHaveLength(1);
  });
});

describe('a body that is too much', () => {
  const PATHS = ['/recovery', '/register', '/token', '/request', '/auth', '/session/end'];
  const head = (path: string, ...lines: readonly string[]) =>
    [`POST ${path} HTTP/1.1`, `host: ${new URL(avian.url).host}`, ...lines, '', ''].join('\r\n');
  const type = `content-type: ${FORM['content-type']}`;

  it.each(PATHS)(
    'is refused at %s by its announced length, before any of it is sent',
    async (path) => {
      const { statuses } = await sendBytes(port, head(path, type, 'content-length: 10000000'));
      expect([[400], [413]]).toContainEqual(statuses);
    },
  );

  it.each(PATHS)('is refused at %s when it never says how long it is', async (path) => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const start = head(path, type, 'transfer-encoding: chunked');
    const { statuses } = await sendBytes(port, `${start}${chunk.repeat(20)}`);
    expect([[400], [413]]).toContainEqual(statuses);
  });

  it('is not kept, however many come', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const start = head('/recovery', type, 'transfer-encoding: chunked');
    const megabyte = `${start}${chunk.repeat(16)}0\r\n\r\n${last()}`;
    const take = async (megabytes: number) => {
      for (let taken = 0; taken < megabytes; taken += 1) await sendBytes(port, megabyte);
      return process.memoryUsage().rss;
    };
    // What the process takes for working at all comes first.
    const before = await take(64);
    expect((await take(192)) - before).toBeLessThan(96 * 1024 * 1024);
  });
});
