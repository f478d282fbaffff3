import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { send } from '../browsing/wire.ts';
import { type Stage, setStage } from './stage.ts';

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

let stage: Stage;
const said: string[] = [];

beforeAll(async () => {
  const methods = ['log', 'info', 'warn', 'error'] as const;
  const spies = methods.map((method) =>
    vi.spyOn(console, method).mockImplementation((...words) => void said.push(words.join(' '))),
  );
  stage = await setStage();
  for (const spy of spies) spy.mockRestore();
});
afterAll(() => stage[Symbol.asyncDispose]());

const get = (path: string, headers = {}) => fetch(new URL(path, stage.url), { headers });

describe('discovery', () => {
  it('is one document under two names', async () => {
    const [openid, oauth] = await Promise.all([get(OPENID), get(OAUTH)]);
    expect([openid.status, oauth.status]).toEqual([200, 200]);
    expect(await oauth.json()).toEqual(await openid.json());
  });

  it('names what there is and no more', async () => {
    const document = (await (await get(OPENID)).json()) as Record<string, string[]>;
    expect(document).toMatchObject({
      issuer: stage.issuer,
      authorization_endpoint: `${stage.issuer}/auth`,
      token_endpoint: `${stage.issuer}/token`,
      userinfo_endpoint: `${stage.issuer}/me`,
      jwks_uri: `${stage.issuer}/jwks`,
      pushed_authorization_request_endpoint: `${stage.issuer}/request`,
      introspection_endpoint: `${stage.issuer}/token/introspection`,
      revocation_endpoint: `${stage.issuer}/token/revocation`,
      end_session_endpoint: `${stage.issuer}/session/end`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      claims_parameter_supported: true,
    });
    expect(document['response_modes_supported']).toEqual(
      expect.arrayContaining(['query', 'form_post']),
    );
    expect(document['grant_types_supported']?.toSorted()).toEqual([
      'authorization_code',
      'client_credentials',
      'refresh_token',
    ]);
    expect(document['token_endpoint_auth_methods_supported']?.toSorted()).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'none',
      'private_key_jwt',
    ]);
    expect(document['id_token_signing_alg_values_supported']?.toSorted()).toEqual([
      'ES256',
      'RS256',
    ]);
    expect(document['scopes_supported']).toEqual(
      expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
    );
    expect(JSON.stringify(document)).not.toMatch(
      /HS(?:256|384|512)|implicit|registration_endpoint/,
    );
  });

  it.each([OPENID, OAUTH, '/jwks'])(
    'lets every origin read %s, and keep it a while',
    async (path) => {
      const response = await get(path, { origin: 'https://anywhere.example' });
      expect(['*', 'https://anywhere.example']).toContain(
        response.headers.get('access-control-allow-origin'),
      );
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/);
      expect(response.headers.get('set-cookie')).toBeNull();
    },
  );

  it('publishes one key of each kind, and nothing private of it', async () => {
    const { keys } = (await (await get('/jwks')).json()) as { keys: Record<string, string>[] };
    expect(new Set(keys.map((key) => key['alg']))).toEqual(new Set(['RS256', 'ES256']));
    for (const key of keys) {
      expect(Object.keys(key)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:d|p|q|dp|dq|qi|k)$/)]),
      );
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) });
    }
  });

  it('comes from a provider that has nothing to warn of', () => {
    expect(said).toEqual([]);
  });
});

describe('the host', () => {
  it('is the issuer’s: a request for another is refused and tells it nothing', async () => {
    for (const path of [OPENID, '/auth?client_id=x', '/token']) {
      const answer = await send(
        { method: 'GET', url: new URL(path, stage.url), headers: { host: 'evil.example' } },
        {},
      );
      expect(answer.status).toBe(421);
      expect(answer.body.toString()).not.toContain('evil.example');
    }
  });

  it('is not what a stranger’s X-Forwarded-Host says', async () => {
    const response = await get(OPENID, {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(await response.text()).not.toContain('evil.example');
  });
});
