import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';
import { cookieName, createCookies } from './cookies.ts';

const setBy = async (settings: Parameters<typeof createCookies>[0]) => {
  const cookies = createCookies(settings);
  const { ask } = await serve(...createToolkit().stack, (ctx) => {
    cookies.write(ctx, 'note', 'value', 60);
    cookies.clear(ctx, 'old');
    ctx.body = cookies.read(ctx, 'note') ?? 'none';
  });
  const { headers, text } = await ask('/', {
    headers: { cookie: `${cookieName('note', settings)}=back` },
  });
  return { set: headers['set-cookie'] ?? [], text };
};

describe('cookies', () => {
  it('are host-only, HttpOnly, Secure and Strict under an https issuer, though the proxy speaks http', async () => {
    const { set, text } = await setBy({ secure: true, sameSite: 'strict' });
    const flags = /; path=\/; expires=[^;]+; samesite=strict; secure; httponly$/;
    expect(set).toEqual([
      expect.stringMatching(/^__Host-avian-note=value; /),
      expect.stringMatching(/^__Host-avian-old=; /),
    ]);
    for (const line of set) expect(line).toMatch(flags);
    expect(text).toBe('back');
  });

  it('have no prefix and no Secure where there is no https', async () => {
    const { set } = await setBy({ secure: false, sameSite: 'lax' });
    expect(set[0]).toMatch(/^avian-note=value; path=\/; expires=[^;]+; samesite=lax; httponly$/);
  });

  it('name no domain', async () => {
    const { set } = await setBy({ secure: true, sameSite: 'strict' });
    expect(set.join()).not.toMatch(/domain/i);
  });

  it('bear the prefix that their path allows', () => {
    expect(cookieName('a', { secure: true })).toBe('__Host-avian-a');
    expect(cookieName('a', { secure: true, path: '/interaction/x' })).toBe('__Secure-avian-a');
    expect(cookieName('a', { secure: false, path: '/interaction/x' })).toBe('avian-a');
  });

  it('cannot be made to hold a line of their own', async () => {
    const cookies = createCookies({ secure: false, sameSite: 'strict' });
    const { ask } = await serve(...createToolkit().stack, (ctx) => {
      cookies.write(ctx, 'note', 'a\r\nSet-Cookie: b=c');
    });
    const { status, headers } = await ask('/');
    expect(status).toBe(500);
    expect(headers).not.toHaveProperty('set-cookie');
  });
});
