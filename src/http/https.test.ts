import { describe, expect, it } from 'vitest';
import { createToolkit, form, serve, type ToolkitSettings } from './bench.ts';

async function serveHere(settings: ToolkitSettings) {
  const { stack } = createToolkit(settings);
  return serve(...stack, (ctx) => {
    ctx.body = ctx.protocol;
  });
}

const BEHIND_PROXY = {
  issuer: 'https://id.example.test',
  trust: { kind: 'hops', hops: 1 },
} as const;
const over = (scheme: string) => ({ headers: { 'x-forwarded-proto': scheme } });

describe('https only', () => {
  it('redirects a GET to the issuer, query and all', async () => {
    const { ask } = await serveHere(BEHIND_PROXY);
    const { status, headers } = await ask('/auth?a=b&c=%0d%0aSet-Cookie:x', over('http'));
    expect(status).toBe(308);
    expect(headers.location).toBe('https://id.example.test/auth?a=b&c=%0d%0aSet-Cookie:x');
  });

  it('redirects nowhere else, whatever the path looks like', async () => {
    const { ask } = await serveHere(BEHIND_PROXY);
    for (const path of [
      '//evil.example/',
      '/\\evil.example',
      '/@evil.example',
      '/%09/evil.example',
    ]) {
      const { headers } = await ask(path, over('http'));
      expect(new URL(headers.location ?? '').origin).toBe('https://id.example.test');
    }
  });

  it('refuses a POST that came in the clear', async () => {
    const { ask } = await serveHere(BEHIND_PROXY);
    const { status } = await ask('/token', { ...form({ a: 'b' }), ...over('http') });
    expect(status).toBe(403);
  });

  it('serves what came over https, and what no proxy said anything about', async () => {
    const { ask } = await serveHere(BEHIND_PROXY);
    expect(await ask('/', over('https'))).toMatchObject({ status: 200, text: 'https' });
    expect(await ask('/')).toMatchObject({ status: 200 });
  });

  it('believes no visitor about the scheme', async () => {
    const { ask } = await serveHere({ issuer: 'https://id.example.test' });
    expect(await ask('/', over('https'))).toMatchObject({ status: 200, text: 'http' });
  });

  it('lets http be where the issuer is http', async () => {
    const { ask } = await serveHere({ trust: { kind: 'hops', hops: 1 } });
    expect((await ask('/', over('http'))).status).toBe(200);
  });
});
