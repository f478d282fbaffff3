import * as jose from 'jose';
import { Configuration } from 'openid-client';
import { describe, expect, it } from 'vitest';
import { createLogoutTokenReader } from './logout-token.ts';

const issuer = 'https://id.example';
const clientId = 'dashboard';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A provider with one key, and the application that listens to it. */
async function scene() {
  const { privateKey, publicKey } = await jose.generateKeyPair('ES256');
  const stranger = await jose.generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await jose.exportJWK(publicKey)), alg: 'ES256', kid: 'k1' }] };
  const provider = new Configuration({ issuer, jwks_uri: `${issuer}/jwks` }, clientId);
  const read = createLogoutTokenReader(
    { issuer, clientId, fetch: async () => Response.json(jwks) },
    async () => provider,
  );

  const sign = (claims: jose.JWTPayload, key = privateKey, typ = 'logout+jwt') =>
    new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ }).sign(key);
  return { read, sign, stranger: stranger.privateKey };
}

function claims(changes: jose.JWTPayload = {}): jose.JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: clientId,
    sub: 'ada',
    sid: 's1',
    jti: 'j1',
    iat: now,
    exp: now + 120,
    events: { [EVENT]: {} },
    ...changes,
  };
}

describe('reading a logout token', () => {
  it('tells whose session ends', async () => {
    const { read, sign } = await scene();
    expect(await read(await sign(claims()))).toEqual({ sid: 's1', sub: 'ada' });
    const { sid: _, ...ofAllSessions } = claims({ jti: 'j2' });
    expect(await read(await sign(ofAllSessions))).toEqual({ sub: 'ada' });
  });

  it('refuses one that was read before', async () => {
    const { read, sign } = await scene();
    const token = await sign(claims());
    await read(token);
    await expect(read(token)).rejects.toThrow('came before');
  });

  it.each([
    { of: 'another provider', changes: { iss: 'https://evil.example' }, because: '"iss"' },
    { of: 'another application', changes: { aud: 'wiki' }, because: '"aud"' },
    { of: 'an ID token in disguise', changes: { nonce: 'n' }, because: 'nonce' },
    { of: 'another event', changes: { events: { other: {} } }, because: 'event' },
    { of: 'an event that is no object', changes: { events: { [EVENT]: 1 } }, because: 'event' },
    { of: 'nobody', changes: {}, without: ['sid', 'sub'], because: 'nobody' },
    { of: 'no jti', changes: {}, without: ['jti'], because: '"jti"' },
    { of: 'long ago', changes: { iat: 1_000_000, exp: 4_000_000_000 }, because: '"iat"' },
    { of: 'the past', changes: { exp: 1_000_000 }, because: '"exp"' },
  ])('refuses one of $of', async ({ changes, without = [], because }) => {
    const { read, sign } = await scene();
    const told = Object.entries(claims(changes)).filter(([name]) => !without.includes(name));
    await expect(read(await sign(Object.fromEntries(told)))).rejects.toThrow(because);
  });

  it('refuses a stranger’s signature, and a token of another type', async () => {
    const { read, sign, stranger } = await scene();
    await expect(read(await sign(claims(), stranger))).rejects.toThrow('signature');
    await expect(read(await sign(claims(), undefined, 'JWT'))).rejects.toThrow('typ');
    await expect(read('not.a.token')).rejects.toThrow('Header is invalid');
  });
});
