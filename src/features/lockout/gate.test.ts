import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import { createDeviceCookie } from './gate.ts';

const ANY = 'A'.repeat(43);

/** A page that keeps the device's cookie, and says what it read and what it keeps. */
async function openPage(issuer?: string) {
  const { cookies, ids } = createToolkit(issuer === undefined ? {} : { issuer });
  const device = createDeviceCookie({ cookies, ids });
  const { ask } = await serve((ctx: Context) => {
    const read = device.read(ctx);
    ctx.body = JSON.stringify({ read, kept: device.keep(ctx) });
  });
  return async (cookie?: string) => {
    const { text, headers } = await ask('/', cookie === undefined ? {} : { headers: { cookie } });
    const said = JSON.parse(text) as { read?: string; kept: string };
    return { ...said, cookie: headers['set-cookie']?.[0] };
  };
}

describe('the device cookie', () => {
  it('is made of 256 random bits where there is none, for as long as browsers keep any', async () => {
    const visit = await openPage('https://id.example.test');
    const { read, kept, cookie } = await visit();
    expect(read).toBeUndefined();
    expect(Buffer.from(kept, 'base64url')).toHaveLength(32);
    expect(cookie).toMatch(new RegExp(`^__Host-avian-device=${kept}; path=/; expires=`));
    expect(cookie).toMatch(/; samesite=strict; secure; httponly$/i);
    expect((await visit()).kept).not.toBe(kept);
  });

  it('stays the same while it is used, and is written anew each time', async () => {
    const visit = await openPage();
    expect(await visit(`avian-device=${ANY}`)).toMatchObject({
      read: ANY,
      kept: ANY,
      cookie: expect.stringContaining(`avian-device=${ANY}; path=/; expires=`),
    });
  });

  it.each(['', 'short', `${ANY}A`, `${ANY.slice(1)}.`, 'x'.repeat(5000)])(
    'is replaced where it is none of ours: %j',
    async (odd) => {
      const { read, kept } = await (await openPage())(`avian-device=${odd}`);
      expect(read).toBeUndefined();
      expect(kept).toMatch(/^[\w-]{43}$/);
    },
  );
});
