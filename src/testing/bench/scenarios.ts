import { createHash, randomBytes } from 'node:crypto';
import { basic, type HttpClient, type Reply } from './http-client.ts';
import { createLightBrowser, type LightBrowser } from './light-browser.ts';

/** A server under load, and what is registered at it. */
export interface Target {
  readonly issuer: string;
  readonly web: Registered & { readonly redirectUri: string };
  readonly machine: Registered;
  readonly resource: string;
  readonly person: Person;
  /** One for each virtual user, where the server minds that many are the same. */
  readonly people?: readonly Person[];
}

interface Person {
  readonly email: string;
  readonly password: string;
}

interface Registered {
  readonly id: string;
  readonly secret: string;
}

/** One virtual user: does the same thing over and over, and throws when the answer is not right. */
export type User = () => Promise<void>;

/** Makes a virtual user ready; what that costs is not measured. */
export type Scenario = (target: Target, client: HttpClient) => Promise<User>;

export const SCENARIOS = {
  discovery: async (target, client) => async () => {
    const url = new URL('/.well-known/openid-configuration', target.issuer);
    const document = read(await client.call({ url }));
    demand(document['issuer'] === target.issuer, 'another issuer');
    demand(document['jwks_uri'] === `${target.issuer}/jwks`, 'no keys');
  },

  'client credentials': async (target, client) => async () => {
    const { resource, machine } = target;
    const form = { grant_type: 'client_credentials', resource, scope: 'read' };
    const answer = read(await token(target, client, machine, form));
    const claims = claimsOf(answer['access_token']);
    demand(claims['iss'] === target.issuer && claims['aud'] === resource, 'another token');
    demand(claims['client_id'] === machine.id && claims['scope'] === 'read', 'another client');
  },

  refresh: async (target, client) => {
    let last = (await signIn(target, client))['refresh_token'];
    return async () => {
      const form = { grant_type: 'refresh_token', refresh_token: String(last) };
      const answer = read(await token(target, client, target.web, form));
      const next = answer['refresh_token'];
      demand(typeof next === 'string' && next !== last, 'no new refresh token');
      demand(typeof answer['access_token'] === 'string', 'no access token');
      demand(claimsOf(answer['id_token'])['iss'] === target.issuer, 'another ID token');
      last = next;
    };
  },

  'sign-in': async (target, client) => async () => {
    const answer = await signIn(target, client);
    demand(typeof answer['refresh_token'] === 'string', 'no refresh token');
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** From a new browser's first request to the tokens. */
async function signIn(target: Target, client: HttpClient): Promise<Record<string, unknown>> {
  const { form, nonce } = await askForCode(target, createLightBrowser(client, target.issuer));
  const tokens = read(await token(target, client, target.web, form));
  demand(claimsOf(tokens['id_token'])['nonce'] === nonce, 'another nonce');
  return tokens;
}

/** What an application of the web would ask for, and what it would remember of it. */
export function authorizationRequest(
  {
    issuer,
    web,
  }: Pick<Target, 'issuer'> & { readonly web: Pick<Target['web'], 'id' | 'redirectUri'> },
  more: Readonly<Record<string, string>> = {},
) {
  const [verifier, state, nonce] = [random(), random(), random()];
  const url = new URL('/auth', issuer);
  url.search = new URLSearchParams({
    client_id: web.id,
    redirect_uri: web.redirectUri,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).toString();
  return { url, verifier, state, nonce };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

/** Stops with the code in hand: what an application would trade for tokens. Signs in where it is asked to. */
export async function askForCode(target: Target, browser: LightBrowser) {
  const { issuer, web, person } = target;
  const { url, verifier, state, nonce } = authorizationRequest(target);
  const page = await browser.open(url);
  const end =
    page.url.origin === issuer
      ? await browser.submit(page, { login: person.email, password: person.password })
      : page;
  const answer = end.url.searchParams;
  demand(
    answer.get('state') === state && answer.get('iss') === issuer,
    `no code at ${end.url.href}`,
  );
  const form = {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: web.redirectUri,
    code_verifier: verifier,
  };
  return { form, nonce };
}

function token(
  { issuer }: Target,
  client: HttpClient,
  who: Registered,
  form: Readonly<Record<string, string>>,
): Promise<Reply> {
  const headers = { authorization: basic(who) };
  return client.call({ method: 'POST', url: new URL('/token', issuer), headers, form });
}

function read({ status, body }: Reply): Record<string, unknown> {
  demand(status === 200, `${status} ${body.slice(0, 300)}`);
  return JSON.parse(body) as Record<string, unknown>;
}

/** What a JWT says; its signature is the business of the tests. */
function claimsOf(jwt: unknown): Record<string, unknown> {
  const [, payload, signature] = String(jwt).split('.');
  demand(payload !== undefined && signature !== undefined, 'no JWT');
  return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`The answer is not right: ${otherwise}`);
}
