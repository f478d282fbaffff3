import { request } from 'node:http';
import { type AvianOptions, type RunningAvian, startAvian } from '#src/testing/avian.ts';
import { CHROME } from '#src/testing/browsing/navigation.ts';
import type { AnApp, APerson, AppDraft } from '#src/testing/instance.ts';
import { createWorld, type World } from '#src/testing/instance.ts';
import { createRelyingApp, type RelyingApp } from '#src/testing/relying-app.ts';
import { signInScreen } from '#src/testing/screens/sign-in.ts';
import { createVisitor, type Page, type Visitor } from '#src/testing/visitor.ts';

/** Two nodes of one installation: one database, one store, one clock, one issuer. */
export interface Nodes extends World, AsyncDisposable {
  readonly first: RunningAvian;
  readonly second: RunningAvian;
  /** Posts a form to one of the two, in turn, as its issuer's. */
  post(path: string, form: Record<string, string>, app?: AnApp): Promise<Answer>;
  /** Posts a form to the second node as a browser would that has these cookies. */
  postToSecond(path: string, form: Record<string, string>, cookie: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function startNodes(options: AvianOptions): Promise<Nodes> {
  await using starting = new AsyncDisposableStack();
  const first = starting.use(await startAvian(options));
  const { clock, issuer } = first;
  const second = starting.use(await startAvian({ ...options, clock, issuer }));
  const urls = [first.url, second.url];
  let turn = 0;

  const running = starting.move();
  return {
    ...createWorld(first.rooms),
    first,
    second,
    post(path, form, app) {
      turn += 1;
      return post(new URL(path, urls[turn % 2]), issuer, form, credentialsOf(app));
    },
    postToSecond: (path, form, cookie) =>
      post(new URL(path, second.url), issuer, form, { cookie, 'user-agent': CHROME }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export const CALLBACK = 'https://dashboard.example/callback';

/** An application, and a person who is at its sign-in page or beyond. */
export interface Scene {
  readonly app: AnApp;
  readonly person: APerson;
  readonly relying: RelyingApp;
}

export async function setScene(
  nodes: Nodes,
  scope = 'openid profile email offline_access',
  draft: Partial<AppDraft> = {},
): Promise<Scene> {
  const [app, person] = await Promise.all([
    nodes.anApp({ kind: 'web', firstParty: true, redirectUris: [CALLBACK], ...draft }),
    nodes.aUser(),
  ]);
  const client = { id: app.id, ...(app.secret !== undefined && { secret: app.secret }) };
  const { issuer } = nodes.first;
  const relying = await createRelyingApp({ issuer, client, redirectUri: CALLBACK, scope });
  return { app, person, relying };
}

/** Signs in, and stops with the code in hand: what an application would trade for tokens. */
export async function codeOf(
  { relying, person }: Scene,
  visitor: Visitor = createVisitor(),
): Promise<Record<string, string>> {
  const attempt = await relying.ask();
  const page = await visitor.open(attempt.url, { from: relying.home });
  const { url }: Page = await signInScreen(page).as(person);
  return {
    grant_type: 'authorization_code',
    code: url.searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier: attempt.checks.pkceCodeVerifier ?? '',
  };
}

/** So many calls of `act` at once. */
export function atOnce<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, act));
}

function credentialsOf(app: AnApp | undefined): Record<string, string> {
  return app ? { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` } : {};
}

async function post(
  url: URL,
  issuer: string,
  form: Record<string, string>,
  more: Record<string, string>,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = new URLSearchParams(form).toString();
  const headers = {
    host: new URL(issuer).host,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    ...more,
  };
  const call = request(url, { method: 'POST', headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const isJson = response.headers['content-type']?.startsWith('application/json');
      resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : {} });
    });
  });
  call.on('error', reject);
  call.end(body);
  return promise;
}
