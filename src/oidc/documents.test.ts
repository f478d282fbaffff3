import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { createDocuments } from './documents.ts';
import type { Engine } from './engine.ts';

/** An engine that counts how often it is asked. */
function counting() {
  const engine = {} as Engine;
  let asked = 0;
  const app = new Koa();
  app.use(createDocuments(() => engine));
  app.use((ctx) => {
    asked += 1;
    ctx.body = { issuer: 'https://avian.example' };
  });
  return { app, count: () => asked };
}

async function get(app: Koa, path: string, method = 'GET') {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = app.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  const text = await response.text();
  server.close();
  return { response, text };
}

describe('the public documents', () => {
  it('are written once for an engine, and may be read and kept by anybody', async () => {
    const { app, count } = counting();
    for (let time = 0; time < 3; time += 1) {
      const { response, text } = await get(app, '/jwks');
      expect(JSON.parse(text)).toEqual({ issuer: 'https://avian.example' });
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    }
    expect(count()).toBe(1);
  });

  it('leave every other path and method to those behind', async () => {
    const { app, count } = counting();
    await get(app, '/token');
    const { response } = await get(app, '/jwks', 'POST');
    expect(response.headers.get('cache-control')).toBeNull();
    expect(count()).toBe(2);
  });
});
