import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';

export interface NativeApp {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope?: string;
  /** Opens an address in the person's own browser. */
  readonly openBrowser: (url: string) => Promise<void> | void;
  /** Lets an issuer be plain http: for trying things out on one machine only. */
  readonly allowHttp?: boolean;
}

/**
 * Signs a person in to a program on their own computer, through their own browser, and waits for
 * the answer on a loopback port that is free just now (RFC 8252 §7.3). There is no secret: the code
 * is worth nothing without the verifier that never left this process.
 */
export async function signInFromComputer(app: NativeApp) {
  const provider = await oidc.discovery(new URL(app.issuer), app.clientId, undefined, oidc.None(), {
    execute: app.allowHttp ? [oidc.allowInsecureRequests] : [],
  });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const server = createServer();
  const redirectUri = `${await listen(server)}/callback`;

  try {
    const answer = waitForAnswer(server, redirectUri);
    await app.openBrowser(
      oidc.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: app.scope ?? 'openid profile email offline_access',
        state: expectedState,
        nonce: expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      }).href,
    );
    const checks = { pkceCodeVerifier, expectedState, expectedNonce };
    return await oidc.authorizationCodeGrant(provider, await answer, checks);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function waitForAnswer(server: Server, redirectUri: string): Promise<URL> {
  return new Promise((resolve) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', redirectUri);
      const found = url.pathname === new URL(redirectUri).pathname;
      response.writeHead(found ? 200 : 404, {
        'content-type': 'text/plain; charset=utf-8',
        connection: 'close',
      });
      response.end(
        found ? 'You can close this window and go back.' : 'There is no such page.',
        () => {
          if (found) resolve(url);
        },
      );
    });
  });
}
