import { describe, expect, it } from 'vitest';
import { createSeal, setCookie } from './cookies.ts';

describe('a sealed cookie', () => {
  it('reads back what was put in, and nothing that somebody else wrote', () => {
    const seal = createSeal();
    const sealed = seal.close({ state: 'x' });
    expect(seal.open(sealed)).toEqual({ state: 'x' });
    const forged =
      Buffer.from('{"state":"y"}').toString('base64url') + sealed.slice(sealed.indexOf('.'));
    expect(
      [forged, sealed.slice(0, -2), '', 'a.b', undefined].map((one) => seal.open(one)),
    ).toEqual(Array.from({ length: 5 }));
    expect(createSeal().open(sealed)).toBeUndefined();
  });

  it('is Lax, so that it comes along on the way back from the provider', () => {
    const cookie = { name: 'a', value: 'b', maxAge: 60, secure: true };
    expect(setCookie(cookie)).toBe('a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure');
    expect(setCookie({ ...cookie, crossSite: true })).toContain('SameSite=None');
    expect(setCookie({ ...cookie, value: undefined })).toContain('Max-Age=0');
  });
});
