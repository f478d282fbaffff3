import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';
import { oneSpelling } from './spelling.ts';

describe('a path', () => {
  const statusOf = async (path: string) => {
    const { ask } = await serve(...createToolkit().stack, oneSpelling, (ctx) => {
      ctx.body = 'here';
    });
    return (await ask(path)).status;
  };

  it.each([
    '/',
    '/token',
    '/token?x=/Y/',
    '/session/end/confirm',
    '/.well-known/openid-configuration',
    '/verify/V1StGXR8_Z5jdHi6B-myTV1StGXR8_Z5jdHi6B-myTV',
    '/unlock/VwStGXRaxZxjdHixBxmyTVxStGXRaxZxjdHixBxmyTV',
    '/interaction/V1StGXR8/login',
    '/dev/mail/%3C0190@id.example%3E/html',
  ])('is known as it is written: %s', async (path) => {
    expect(await statusOf(path)).toBe(200);
  });

  it.each([
    '/TOKEN',
    '/Token',
    '/token/',
    '//token',
    '/token//introspection',
    '/token/Introspection',
    '/session/END/confirm',
    '/.well-known/OpenID-configuration',
    '/interaction/V1StGXR8/Login',
    '/interaction/V1StGXR8/login/',
    '//',
  ])('is not known otherwise: %s', async (path) => {
    expect(await statusOf(path)).toBe(404);
  });
});
