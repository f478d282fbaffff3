import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, type AdapterPayload, type Configuration, Provider } from 'oidc-provider';

/** What a run is measured beside: the same client, person and resource on the library alone. */
export interface BareOptions {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string; readonly redirectUri: string };
  readonly machine: { readonly id: string; readonly secret: string };
  readonly resource: string;
  readonly person: { readonly email: string; readonly name: string };
}

/**
 * oidc-provider with nothing around it: a Map for a store, no password hash, one form. The library's
 * ceiling on this machine, and so the unit of every ratio.
 */
export async function startBare(options: BareOptions): Promise<{ close(): Promise<void> }> {
  const provider = new Provider(options.issuer, await settings(options));
  const engine = provider.callback();
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/'))
      void interact(provider, options, request, response);
    else void engine(request, response);
  });
  const port = Number(new URL(options.issuer).port);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One form for name and password, and no question after it; any password is right. */
async function interact(
  provider: Provider,
  { person }: BareOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    for await (const _chunk of request) continue;
    const login = { accountId: person.email };
    await provider.interactionFinished(
      request,
      response,
      { login },
      { mergeWithLastSubmission: false },
    );
    return;
  }
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      `<!doctype html><title>Sign in</title><h1>Sign in</h1><form method="post" action="/interaction/${uid}">` +
        '<input name="login" type="email"><input name="password" type="password">' +
        '<button id="login-submit">Sign in</button></form>',
    );
}

async function settings(options: BareOptions): Promise<Configuration> {
  const { client, machine, resource, person } = options;
  return {
    adapter: createMapAdapters(),
    jwks: { keys: [await signingKey()] },
    cookies: { keys: ['bare'] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      {
        client_id: machine.id,
        client_secret: machine.secret,
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    responseTypes: ['code'],
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, name: person.name, email: person.email, email_verified: true }),
    }),
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      Grant: 14 * 86_400,
      IdToken: 600,
      Interaction: 1800,
      RefreshToken: 7 * 86_400,
      Session: 86_400,
    },
    loadExistingGrant: async (ctx) => {
      const { session, client: asking, provider } = ctx.oidc;
      const grant = new provider.Grant({
        ...(session?.accountId && { accountId: session.accountId }),
        ...(asking && { clientId: asking.clientId }),
      });
      grant.addOIDCScope('openid profile email offline_access');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

async function signingKey(): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' };
}

/** Every model in one Map, the way the library's own example keeps them. */
function createMapAdapters(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>();
  const uids = new Map<string, string>();
  const grants = new Map<string, Set<string>>();

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      async upsert(id, payload) {
        records.set(keyOf(id), payload);
        if (payload.uid) uids.set(payload.uid, id);
        if (payload.grantId) {
          const members = grants.get(payload.grantId) ?? new Set<string>();
          grants.set(payload.grantId, members.add(keyOf(id)));
        }
      },
      find: async (id) => records.get(keyOf(id)),
      findByUid: async (uid) => records.get(keyOf(uids.get(uid) ?? '')),
      findByUserCode: async () => undefined,
      async consume(id) {
        const record = records.get(keyOf(id));
        if (record) record.consumed = true;
      },
      async destroy(id) {
        records.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const key of grants.get(grantId) ?? []) records.delete(key);
        grants.delete(grantId);
      },
    };
  };
}
