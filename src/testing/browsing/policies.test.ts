import { describe, expect, it } from 'vitest';
import { allowsFormTo, provenance } from './policies.ts';

const page = new URL('https://idp.example/interaction/abc?x=1#top');

describe('form-action', () => {
  const allows = (policy: string | undefined, target: string) =>
    allowsFormTo(policy, page, new URL(target));

  it('lets forms lead anywhere when the policy does not speak of them', () => {
    expect(allows(undefined, 'https://app.example/')).toBe(true);
    expect(allows("default-src 'none'", 'https://app.example/')).toBe(true);
  });

  it('lets them lead to the origins and schemes it names, and nowhere else', () => {
    const policy = "default-src 'none'; form-action 'self' https://app.example:8443 com.flock:";
    expect(allows(policy, 'https://idp.example/login')).toBe(true);
    expect(allows(policy, 'https://app.example:8443/callback')).toBe(true);
    expect(allows(policy, 'com.flock:/callback')).toBe(true);
    expect(allows(policy, 'https://app.example/callback')).toBe(false);
    expect(allows("form-action 'none'", 'https://idp.example/')).toBe(false);
  });

  it('asks every policy there is', () => {
    expect(
      allows("form-action 'self' https://app.example, form-action 'self'", 'https://app.example/'),
    ).toBe(false);
  });
});

describe('Origin and Referer', () => {
  const at = (policy: string | undefined, to: string) => provenance(policy, page, new URL(to));

  it('say the whole address at home and the origin abroad, unless told otherwise', () => {
    expect(at(undefined, 'https://idp.example/go')).toEqual({
      origin: 'https://idp.example',
      referer: 'https://idp.example/interaction/abc?x=1',
    });
    expect(at(undefined, 'https://app.example/')).toMatchObject({
      referer: 'https://idp.example/',
    });
  });

  it('say nothing, not even the origin at home, under no-referrer', () => {
    expect(at('no-referrer', 'https://idp.example/go')).toEqual({ origin: 'null' });
  });

  it('say nothing abroad under same-origin', () => {
    expect(at('same-origin', 'https://app.example/')).toEqual({ origin: 'null' });
    expect(at('same-origin', 'https://idp.example/go').origin).toBe('https://idp.example');
  });

  it('say nothing to an address without TLS', () => {
    expect(at(undefined, 'http://app.example/')).toEqual({ origin: 'null' });
  });
});
