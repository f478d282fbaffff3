import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAvian, startAvian } from '../avian.ts';
import { type Answer, send } from '../browsing/wire.ts';
import { startRedis } from '../redis-server.ts';
import { engineRoutes, filled, routesOf } from '../routes.ts';

const HOST = 'id.example.test';
const HSTS = 'max-age=63072000; includeSubDomains';

let avian: RunningAvian;
beforeAll(async () => {
  avian = await startAvian({ issuer: `https://${HOST}` });
});
afterAll(() => avian[Symbol.asyncDispose]());

interface Asked {
  readonly name: string;
  readonly answer: Answer;
}

type Ask = (path: string, method?: string, headers?: object, body?: string) => Promise<Asked>;

const askAt =
  ({ url }: RunningAvian): Ask =>
  async (path, method = 'GET', headers = {}, body = '') => {
    const message = { method, url: new URL(path, url), headers: { host: HOST, ...headers } };
    const answer = await send({ ...message, ...(body !== '' && { body }) }, {});
    return { name: `${method} ${path} ${answer.status}`, answer };
  };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PAGE = { accept: 'text/html' };

/** Every route in every way it is served, for a person and for a program. */
async function askEverything(avian: RunningAvian): Promise<readonly Asked[]> {
  const ask = askAt(avian);
  const routes = [...routesOf(avian.avian.routers), ...(await engineRoutes(avian.url, HOST))];
  const asked = routes.flatMap((route) =>
    [PAGE, {}].map((accept) =>
      route.method === 'POST'
        ? ask(filled(route, 'x'), 'POST', { ...accept, ...FORM }, 'a=b')
        : ask(filled(route, 'x'), route.method, accept),
    ),
  );
  return Promise.all(asked);
}

/** Which of the rules an answer breaks (R13.2, R14). */
function faultsOf({ name, answer: { status, headers } }: Asked, kept: boolean): string[] {
  const says = (header: string) => String(headers[header] ?? '');
  const policy = says('content-security-policy');
  const rules: Readonly<Record<string, boolean>> = {
    'a policy that begins with nothing': policy.startsWith("default-src 'none';"),
    'no inline script or style, no eval': !/'unsafe-/.test(policy),
    'nobody frames it': policy.includes("frame-ancestors 'none'"),
    'no other base': policy.includes("base-uri 'none'"),
    'forms that lead home': policy.includes("form-action 'self'"),
    'nor by an older word': says('x-frame-options') === 'DENY',
    'types as they are said': says('x-content-type-options') === 'nosniff',
    'a referrer policy': /^(same-origin|no-referrer)$/.test(says('referrer-policy')),
    'no features': says('permissions-policy').includes('camera=()'),
    'its own window': /^(same-origin|unsafe-none)$/.test(says('cross-origin-opener-policy')),
    'a word on caching': kept
      ? says('cache-control').startsWith('public, max-age=')
      : /no-store/.test(says('cache-control')),
    'https for good': says('strict-transport-security') === HSTS,
    'no name of any software': !('server' in headers) && !('x-powered-by' in headers),
    'a type with its body':
      status === 204 ||
      status === 304 ||
      'content-type' in headers ||
      says('content-length') === '0',
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${name}: ${rule}`]));
}

const OPEN = /^(GET|HEAD) (\/jwks|\/\.well-known\/\S+|\/robots\.txt|\/assets\/\S+) (200|304)$/;
const check = (asked: readonly Asked[]) =>
  asked.flatMap((one) => faultsOf(one, OPEN.test(one.name)));
const classesOf = (asked: readonly Asked[]) =>
  new Set(asked.map(({ answer }) => Math.floor(answer.status / 100)));

describe('the security headers', () => {
  it('stand on every answer of every route there is', async () => {
    const asked = await askEverything(avian);
    expect(asked.length).toBeGreaterThan(120);
    expect(check(asked)).toEqual([]);
    expect(classesOf(asked)).toEqual(new Set([2, 3, 4]));
  });

  it('stand on files, found, unchanged and missing', async () => {
    const ask = askAt(avian);
    const page = await ask('/nowhere', 'GET', PAGE);
    const paths = page.answer.body.toString().match(/\/assets\/[\w.-]+/g) ?? [];
    expect(paths.length).toBeGreaterThan(0);
    const found = await Promise.all(paths.map((path) => ask(path)));
    const unchanged = await Promise.all(
      found.map(({ answer }, at) =>
        ask(paths[at] ?? '', 'GET', { 'if-none-match': String(answer.headers.etag) }),
      ),
    );
    const others = [await ask('/assets/none.css'), await ask('/robots.txt'), page];
    const statuses = [...found, ...unchanged].map(({ answer }) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([200, 304]));
    expect(check([...found, ...unchanged, ...others])).toEqual([]);
  });

  it('stand on what is refused before any route is looked for', async () => {
    const ask = askAt(avian);
    const asked = [
      await ask('/auth', 'GET', { host: 'evil.example' }),
      await ask('/auth', 'TRACE'),
      await ask('/recovery', 'POST', FORM, 'a'.repeat(70_000)),
      await ask('/token', 'POST', FORM, 'a'.repeat(70_000)),
    ];
    expect(asked.map(({ answer }) => answer.status)).toEqual([421, 404, 413, 400]);
    expect(check(asked)).toEqual([]);
  });

  it('stand on every answer while a store is away', async () => {
    const redis = await startRedis();
    await redis[Symbol.asyncDispose]();
    await using avian = await startAvian({ issuer: `https://${HOST}`, redisUrl: redis.url });
    const asked = await askEverything(avian);
    expect(check(asked)).toEqual([]);
    expect(classesOf(asked)).toContain(5);
  });
});
