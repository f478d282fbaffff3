import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSpaServer } from './spa-server.ts';

let server: Awaited<ReturnType<typeof createSpaServer>>;
beforeAll(async () => {
  server = await createSpaServer({ issuer: 'https://id.example', clientId: 'board' });
});
afterAll(() => server.close());

/** Reads the whole answer, so that no connection stays open for the rest of it. */
async function get(path: string) {
  const response = await fetch(new URL(path, server.url));
  const text = await response.text();
  return { status: response.status, policy: response.headers.get('content-security-policy'), text };
}

function importMapIn(page: string): string {
  return /<script type="importmap">(.*?)<\/script>/.exec(page)?.[1] ?? '';
}

describe('what serves the single-page application', () => {
  it('allows the one script that stands in the page, and calls to the issuer', async () => {
    const { text, policy } = await get('/');
    const hash = createHash('sha256').update(importMapIn(text)).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}'`);
    expect(policy).toContain("connect-src 'self' https://id.example");
  });

  it('hands out every module that the page asks for', async () => {
    const { imports } = JSON.parse(importMapIn((await get('/')).text)) as {
      imports: Record<string, string>;
    };
    const answers = await Promise.all(Object.values(imports).map(get));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it.each([
    '/modules/pg/lib/index.js',
    '/modules/jose/package.json',
    '/modules/jose/..%2fpg/lib/index.js',
    '/modules/jose/no/such.js',
    '/spa-server.ts',
  ])('has nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});
