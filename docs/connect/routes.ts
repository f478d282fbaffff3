import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSeal, readCookie, setCookie } from './cookies.ts';
import { type Handler, readBody, redirect, sendPage } from './http.ts';
import { createLogoutTokenReader } from './logout-token.ts';
import type { DemoAppOptions } from './options.ts';
import { problemPage, signedInPage, signedOutPage } from './page.ts';
import type { Checks, RelyingParty } from './relying-party.ts';
import { createSessions } from './sessions.ts';

/** What the application answers, by method and path. All that it remembers lives as long as this does. */
export function createRoutes(options: DemoAppOptions, url: string, relyingParty: RelyingParty) {
  const { name } = options;
  const { session, attempt } = cookiesOf(options, url);
  const sessions = createSessions();
  const seal = createSeal();
  const readLogoutToken = createLogoutTokenReader(options, relyingParty.provider);

  async function finishSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const checks = seal.open(readCookie(request, attempt.name)) as Checks | undefined;
    if (!checks) {
      sendPage(response, 400, problemPage(name, 'It took too long, or began in another browser.'));
      return;
    }
    const person = await relyingParty.finish(await answerIn(request, url), checks);
    redirect(response, url, [
      setCookie({ ...attempt, value: undefined }),
      setCookie({ ...session, value: sessions.start(person) }),
    ]);
  }

  const routes: Readonly<Record<string, Handler>> = {
    'GET /': (request, response) => {
      const id = readCookie(request, session.name);
      const person = sessions.find(id);
      const title = id === undefined ? undefined : 'You were signed out';
      sendPage(response, 200, person ? signedInPage(name, person) : signedOutPage(name, title));
    },

    'GET /sign-in': async (_request, response) => {
      const { url: there, checks } = await relyingParty.begin();
      redirect(response, there, [setCookie({ ...attempt, value: seal.close(checks) })]);
    },

    'GET /callback': finishSignIn,
    'POST /callback': finishSignIn,

    'POST /sign-out': async (request, response) => {
      const id = readCookie(request, session.name);
      const person = sessions.find(id);
      sessions.end(id);
      const there = person ? await relyingParty.signOutUrl(person.idToken) : `${url}/signed-out`;
      redirect(response, there, [setCookie({ ...session, value: undefined })]);
    },

    'GET /signed-out': (_request, response) => {
      sendPage(response, 200, signedOutPage(name, 'You are signed out'));
    },

    'POST /backchannel-logout': async (request, response) => {
      const token = new URLSearchParams(await readBody(request)).get('logout_token') ?? '';
      // Whatever is wrong with it, the sender is told the same: 400 (Back-Channel Logout 1.0 §2.8).
      const ended = await readLogoutToken(token).catch(() => undefined);
      if (ended) sessions.endWhere(ended);
      response.writeHead(ended ? 200 : 400, { 'cache-control': 'no-store' }).end();
    },

    'GET /style.css': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/css; charset=utf-8' }).end(STYLE);
    },
  };
  return routes;
}

/** Cookies know no ports, so two applications on one host need names of their own. */
function cookiesOf({ name, responseMode }: DemoAppOptions, url: string) {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const secure = url.startsWith('https:');
  const crossSite = responseMode === 'form_post';
  return {
    session: { name: `${slug}-session`, maxAge: 24 * 60 * 60, secure },
    attempt: {
      name: `${slug}-sign-in`,
      maxAge: 10 * 60,
      // Browsers take a Secure cookie from localhost over http, too.
      secure: secure || crossSite,
      crossSite,
    },
  };
}

/** The provider's answer: the address itself, or the form posted to it. */
async function answerIn(request: IncomingMessage, url: string): Promise<URL | Request> {
  const here = new URL(request.url ?? '/', url);
  if (request.method === 'GET') return here;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Request(here, { method: 'POST', headers, body: await readBody(request) });
}

const STYLE = readFileSync(new URL('./style.css', import.meta.url));
