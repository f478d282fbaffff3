import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from './bench.ts';
import { callerOf } from './caller.ts';
import type { TrustProxy } from './proxy.ts';

async function serveCaller(trust: TrustProxy) {
  return serve(...createToolkit({ trust }).stack, (ctx) => {
    ctx.body = `${callerOf(ctx).address} ${ctx.ip} ${ctx.protocol}`;
  });
}

async function addressFor(
  trust: TrustProxy,
  forwardedFor?: string | readonly string[],
): Promise<string> {
  const { ask } = await serveCaller(trust);
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  const { text } = await ask('/', { headers });
  const [address = '', ip] = text.split(' ');
  expect(ip).toBe(address);
  return address;
}

const hops = (count: number): TrustProxy => ({ kind: 'hops', hops: count });
const networks = (...list: string[]): TrustProxy => ({ kind: 'networks', networks: list });

describe('the client’s address', () => {
  it('is the peer’s where no proxy is trusted, whatever the headers say', async () => {
    expect(await addressFor({ kind: 'none' }, '203.0.113.7')).toBe('127.0.0.1');
  });

  it.each([
    ['one proxy', hops(1), '203.0.113.7', '203.0.113.7'],
    ['one proxy, and entries the visitor made up', hops(1), '10.0.0.1, 203.0.113.7', '203.0.113.7'],
    ['two proxies', hops(2), '10.0.0.1, 203.0.113.7, 192.0.2.9', '203.0.113.7'],
    ['two proxies of which one wrote nothing', hops(2), '203.0.113.7', '203.0.113.7'],
    ['a trusted network', networks('127.0.0.0/8'), '10.0.0.1, 203.0.113.7', '203.0.113.7'],
    [
      'two trusted networks',
      networks('127.0.0.1', '10.0.0.0/8'),
      '203.0.113.7, 10.1.2.3',
      '203.0.113.7',
    ],
    ['a network that is not the peer’s', networks('10.0.0.0/8'), '203.0.113.7', '127.0.0.1'],
    ['a port', hops(1), '203.0.113.7:4711', '203.0.113.7'],
    ['IPv6', hops(1), '2001:db8::1', '2001:db8::1'],
    ['IPv6 in brackets with a port', hops(1), '[2001:db8::1]:4711', '2001:db8::1'],
    ['an IPv4 address mapped to IPv6', hops(1), '::ffff:203.0.113.7', '203.0.113.7'],
  ] as const)('is found behind %s', async (_, trust, header, address) => {
    expect(await addressFor(trust, header)).toBe(address);
  });

  it('is found in a header that was sent twice', async () => {
    expect(await addressFor(hops(1), ['10.0.0.1', '203.0.113.7'])).toBe('203.0.113.7');
  });

  it('falls back to the proxy’s own where the header is garbage', async () => {
    const entry = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        'unknown',
        '127.0.0.1.5',
        '[::1',
        '::1]:80',
        '1.2.3.4:x',
        '%',
        '_hidden',
      ),
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x21-\x7e]|,/g, '') + 'x'),
    );
    const { ask } = await serveCaller(hops(1));
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 50 }), async (entries) => {
        const { status, text } = await ask('/', {
          headers: { 'x-forwarded-for': entries.join(', ') },
        });
        expect([status, text]).toEqual([200, '127.0.0.1 127.0.0.1 http']);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip'])(
    'is never taken from %s',
    async (name) => {
      const { ask } = await serveCaller(hops(1));
      expect((await ask('/', { headers: { [name]: '203.0.113.7' } })).text).toContain('127.0.0.1');
    },
  );
});

describe('what a request is said to have come over', () => {
  const schemeFor = async (trust: TrustProxy, said: string) => {
    const { ask } = await serveCaller(trust);
    const headers = { 'x-forwarded-proto': said, 'x-forwarded-for': '203.0.113.7, 192.0.2.1' };
    return (await ask('/', { headers })).text.split(' ')[2];
  };

  it.each([
    [hops(1), 'https', 'https'],
    [hops(1), 'HTTPS', 'https'],
    [hops(1), 'https, http', 'http'],
    [hops(2), 'https, http', 'https'],
    [hops(1), 'gopher', 'http'],
    [{ kind: 'none' } as const, 'https', 'http'],
  ])('is believed of %j saying %s: %s', async (trust, said, scheme) => {
    expect(await schemeFor(trust, said)).toBe(scheme);
  });
});

describe('what the browser calls itself', () => {
  it('is kept short and printable', async () => {
    const { ask } = await serve(...createToolkit().stack, (ctx) => {
      ctx.body = callerOf(ctx).userAgent;
    });
    const { text } = await ask('/', {
      headers: { 'user-agent': `Tab\tand\u0080${'x'.repeat(1000)}` },
    });
    expect(text).toBe(`Tab?and?${'x'.repeat(248)}`);
  });
});
