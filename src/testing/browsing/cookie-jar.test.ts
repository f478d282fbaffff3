import { describe, expect, it } from 'vitest';
import { createCookieJar, readSetCookie } from './cookie-jar.ts';

const HTTPS = new URL('https://idp.example/interaction/abc');
const LOOPBACK = new URL('http://127.0.0.1:3000/interaction/abc');
const fromHere = { crossSite: false, method: 'GET' };
const fromElsewhere = { crossSite: true, method: 'GET' };

function jarWith(url: URL, ...lines: string[]) {
  let now = 1_000_000;
  const jar = createCookieJar(() => now);
  jar.take(url, lines);
  return { jar, pass: (milliseconds: number) => (now += milliseconds) };
}

describe('a cookie jar', () => {
  it('keeps Strict cookies at home on a visit from another site, however it reads', () => {
    const { jar } = jarWith(
      HTTPS,
      'a=1; Path=/; SameSite=Strict',
      'b=2; Path=/; SameSite=Lax',
      'c=3; Path=/; Secure; SameSite=None',
    );
    expect(jar.headerFor(HTTPS, fromHere)).toBe('a=1; b=2; c=3');
    expect(jar.headerFor(HTTPS, fromElsewhere)).toBe('b=2; c=3');
    expect(jar.headerFor(HTTPS, { crossSite: true, method: 'POST' })).toBe('c=3');
  });

  it('takes a cookie without SameSite for Lax', () => {
    const { jar } = jarWith(HTTPS, 'a=1; Path=/');
    expect(jar.headerFor(HTTPS, { crossSite: true, method: 'POST' })).toBeUndefined();
    expect(jar.headerFor(HTTPS, fromElsewhere)).toBe('a=1');
  });

  it('sends a cookie to its path and below, and to no path that only begins alike', () => {
    const { jar } = jarWith(HTTPS, 'a=1; Path=/interaction/abc');
    const header = (path: string) => jar.headerFor(new URL(path, HTTPS), fromHere);
    expect(header('/interaction/abc')).toBe('a=1');
    expect(header('/interaction/abc/consent')).toBe('a=1');
    expect(header('/interaction/abcd')).toBeUndefined();
    expect(header('/')).toBeUndefined();
  });

  it('gives a cookie without a path the folder it was set in', () => {
    const { jar } = jarWith(HTTPS, 'a=1');
    expect(jar.all()[0]?.path).toBe('/interaction');
  });

  it('sends the cookie of the longer path first', () => {
    const { jar } = jarWith(HTTPS, 'a=outer; Path=/', 'a=inner; Path=/interaction');
    expect(jar.headerFor(HTTPS, fromHere)).toBe('a=inner; a=outer');
  });

  it('holds Secure cookies over http at loopback, and nowhere else', () => {
    expect(jarWith(LOOPBACK, 'a=1; Secure').jar.all()).toHaveLength(1);
    expect(jarWith(new URL('http://idp.example/'), 'a=1; Secure').jar.all()).toHaveLength(0);
  });

  it('knows no ports: what one application sets, another on the same host is sent', () => {
    const { jar } = jarWith(LOOPBACK, 'a=1; Path=/');
    expect(jar.headerFor(new URL('http://127.0.0.1:3001/'), fromHere)).toBe('a=1');
  });

  it('refuses prefixes whose promise is not kept', () => {
    const refused = [
      '__Host-a=1; Path=/',
      '__Host-a=1; Secure; Path=/x',
      '__Host-a=1; Secure; Path=/; Domain=idp.example',
      '__Secure-a=1; Path=/',
    ];
    expect(refused.filter((line) => readSetCookie(line, HTTPS, 0))).toEqual([]);
    expect(readSetCookie('__Host-a=1; Secure; Path=/', HTTPS, 0)).toMatchObject({
      name: '__Host-a',
    });
  });

  it('refuses SameSite=None without Secure, a stranger’s domain, and what is too large', () => {
    const refused = [
      'a=1; SameSite=None',
      'a=1; Domain=other.example',
      `a=${'x'.repeat(4097)}`,
      '=1',
    ];
    expect(refused.filter((line) => readSetCookie(line, HTTPS, 0))).toEqual([]);
  });

  it('keeps a host’s own cookie from its neighbours, and shares one set for the domain', () => {
    const { jar } = jarWith(HTTPS, 'own=1; Path=/', 'all=2; Path=/; Domain=idp.example');
    expect(jar.headerFor(new URL('https://deep.idp.example/'), fromHere)).toBe('all=2');
  });

  it('lets a cookie go at the end of its Max-Age, which wins over Expires', () => {
    const { jar, pass } = jarWith(
      HTTPS,
      'a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 2099 00:00:00 GMT',
    );
    pass(59_999);
    expect(jar.find('a')?.value).toBe('1');
    pass(1);
    expect(jar.find('a')).toBeUndefined();
  });

  it('drops a cookie that is set to have expired', () => {
    const { jar } = jarWith(HTTPS, 'a=1; Path=/');
    jar.take(HTTPS, ['a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']);
    expect(jar.all()).toHaveLength(0);
  });
});
