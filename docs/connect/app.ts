import { createServer, type ServerResponse } from 'node:http';
import * as oidc from 'openid-client';
import { close, type Handler, listen, secureHeaders, sendPage } from './http.ts';
import type { DemoAppOptions } from './options.ts';
import { problemPage } from './page.ts';
import { createRelyingParty } from './relying-party.ts';
import { createRoutes } from './routes.ts';

export interface DemoApp {
  readonly name: string;
  /** Where browsers find it. */
  readonly url: string;
  /** Where it listens. */
  readonly address: string;
  close(): Promise<void>;
}

/** A web application with a secret, whole: it shows who is signed in, and signs people in and out. */
export async function createDemoApp(options: DemoAppOptions): Promise<DemoApp> {
  let handler: Handler = (_request, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  /** Every failure ends in a page, so the promise of an answer is never broken. */
  const answer: Handler = async (request, response) => {
    try {
      await handler(request, response);
    } catch (error) {
      showFailure(response, options.name, error);
    }
  };
  const address = await listen(server, options.port ?? 0);
  const url = options.baseUrl ?? address;
  handler = createHandler(options, url);
  return { name: options.name, url, address, close: () => close(server) };
}

function createHandler(options: DemoAppOptions, url: string): Handler {
  const relyingParty = createRelyingParty({
    ...options,
    redirectUri: `${url}/callback`,
    postLogoutRedirectUri: `${url}/signed-out`,
    scope: options.scope ?? 'openid profile email',
  });
  const routes = createRoutes(options, url, relyingParty);

  return (request, response) => {
    secureHeaders(response, options.issuer);
    const { pathname } = new URL(request.url ?? '/', url);
    const route = routes[`${request.method} ${pathname}`];
    if (route) return route(request, response);
    sendPage(response, 404, problemPage(options.name, 'There is no such page.'));
  };
}

/** Says what the provider refused, in its own code; whatever else it was stays inside. */
function showFailure(response: ServerResponse, name: string, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (isRefusal(error)) {
    const detail = [error.error, error.error_description].filter(Boolean).join(': ');
    sendPage(response, 400, problemPage(name, detail));
  } else if (error instanceof oidc.ClientError) {
    sendPage(response, 400, problemPage(name, 'The answer does not fit the question.'));
  } else {
    sendPage(response, 502, problemPage(name, 'The provider is out of reach.'));
  }
}

function isRefusal(
  error: unknown,
): error is oidc.AuthorizationResponseError | oidc.ResponseBodyError {
  return (
    error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError
  );
}
