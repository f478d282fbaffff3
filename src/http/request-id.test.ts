import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';
import { readable, requestIdOf } from './request-id.ts';

const echo = serveId();

function serveId() {
  return async () => {
    const { stack } = createToolkit();
    return serve(...stack, async (ctx) => {
      ctx.body = requestIdOf(ctx);
    });
  };
}

describe('a request’s id', () => {
  it('is the same in the header and for those who serve the request', async () => {
    const { ask } = await echo();
    const { headers, text } = await ask('/');
    expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(headers['x-request-id']).toBe(text);
  });

  it('is never taken over from the request', async () => {
    const { ask } = await echo();
    const { text } = await ask('/', {
      headers: { 'x-request-id': 'chosen', 'x-correlation-id': 'chosen' },
    });
    expect(text).not.toContain('chosen');
  });

  it('differs from request to request', async () => {
    const { ask } = await echo();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/')));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(20);
  });

  it('keeps every bit of the UUID it is written from, and its order', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        expect(readable(one)).toHaveLength(26);
        expect(Math.sign(compare(readable(one), readable(other)))).toBe(compare(one, other));
      }),
    );
  });
});

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
