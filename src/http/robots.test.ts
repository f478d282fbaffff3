import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';
import { robots } from './robots.ts';

describe('robots.txt', () => {
  it('asks crawlers to stay away', async () => {
    const { ask } = await serve(...createToolkit().stack, robots);
    const { status, headers, text } = await ask('/robots.txt');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toBe('User-agent: *\nDisallow: /\n');
  });

  it('claims no other path', async () => {
    const { ask } = await serve(...createToolkit().stack, robots);
    expect((await ask('/robots.txt/x')).status).toBe(404);
    expect((await ask('/robots.txt', { method: 'POST' })).status).toBe(404);
  });
});
