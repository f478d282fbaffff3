import { setTimeout as pause } from 'node:timers/promises';
import { basic, type HttpClient, type Reply } from './http-client.ts';
import { createLightBrowser, type LightBrowser } from './light-browser.ts';
import { askForCode, type Target } from './scenarios.ts';

type Form = Readonly<Record<string, string>>;

/** What was acknowledged, and must hold whatever happens to the store. */
export interface Ledger {
  /** Browsers that kept the cookies of a session that was signed out. */
  readonly signedOut: LightBrowser[];
  /** Codes that were redeemed, as they were sent. */
  readonly redeemed: Form[];
  /** Refresh tokens that were revoked. */
  readonly revoked: string[];
  readonly families: Family[];
}

/** One application's refresh tokens: the one it holds, and the one it had before. */
export interface Family {
  current: string;
  spent?: { readonly token: string; readonly at: number };
}

/** People and applications who go about their business at a server, and what each act of theirs needs. */
export interface Bystanders {
  readonly ledger: Ledger;
  /** Goes on until `leave`; whoever is refused comes again. */
  stay(): void;
  /** Resolves when all are done with what they were at. */
  leave(): Promise<void>;
  /** A full sign-in, from the first request to the tokens; throws where it is refused. */
  signIn(): Promise<void>;
  /** Makes ready what `act` then does in an instant: sessions end, codes are redeemed, tokens revoked. */
  prepareLastActs(count: number): Promise<LastActs>;
}

export interface LastActs {
  act(): Promise<void>;
}

/** Who signs in. */
export type Person = Target['person'];

const PAUSE_MS = 100;
const TRIES = 100;
const CROWD = { signIn: 3, silent: 4, refresh: 4 } as const;

export async function createBystanders(
  target: Target,
  people: readonly Person[],
  client: HttpClient,
): Promise<Bystanders> {
  const ledger: Ledger = { signedOut: [], redeemed: [], revoked: [], families: [] };
  let turn = 0;
  /** Everybody with an account of their own. */
  const next = (): Parts => {
    turn += 1;
    const person = people[turn % people.length] ?? target.person;
    return { target: { ...target, person }, client, ledger };
  };
  const acts = [
    ...(await each(CROWD.signIn, async () => comeAndGo(next()))),
    ...(await each(CROWD.silent, () => visitAgain(next()))),
    ...(await each(CROWD.refresh, () => refreshAlways(next()))),
  ];
  const departure = new AbortController();
  let crowd: Promise<unknown> = Promise.resolve();

  async function goOn(act: () => Promise<void>): Promise<void> {
    while (!departure.signal.aborted) {
      // Whoever is refused tries again; what was answered is counted by the client.
      await act().catch(() => undefined);
      await pause(PAUSE_MS);
    }
  }

  return {
    ledger,
    stay() {
      crowd = Promise.all(acts.map(goOn));
    },
    async leave() {
      departure.abort();
      await crowd;
    },
    signIn: async () => void (await enter(next())),
    async prepareLastActs(count) {
      const made = await each(count, async () => [
        await readyToSignOut(next()),
        await readyToRedeem(next()),
        await readyToRevoke(next()),
      ]);
      return { act: async () => void (await Promise.allSettled(made.flat().map((act) => act()))) };
    },
  };
}

function each<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, () => insist(make)));
}

/** Tries again while it is refused, as a busy server may. */
export async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await pause(PAUSE_MS);
    }
  }
}

interface Parts {
  readonly target: Target;
  readonly client: HttpClient;
  readonly ledger: Ledger;
}

/** Signs in anew every time, then signs out or has the application's token revoked, in turn. */
function comeAndGo(parts: Parts) {
  let visits = 0;
  return async () => {
    const { browser, token } = await enter(parts);
    visits += 1;
    await (visits % 2 === 0 ? revoke(parts, token) : (await askToSignOut(parts, browser))());
  };
}

/** Is signed in, and comes for one code after another. */
async function visitAgain(parts: Parts) {
  const browser = createLightBrowser(parts.client, parts.target.issuer);
  const visit = async () => {
    const { form } = await askForCode(parts.target, browser);
    await redeem(parts, form);
  };
  await visit();
  return visit;
}

/** Refreshes, and comes again with the same token where it was not answered with another. */
async function refreshAlways(parts: Parts) {
  const { form } = await askForCode(
    parts.target,
    createLightBrowser(parts.client, parts.target.issuer),
  );
  // Not entered as redeemed: to try the code again would end the family.
  const family: Family = { current: tokenIn(await postForm(parts, '/token', form)) };
  parts.ledger.families.push(family);
  return async () => {
    const sent = family.current;
    const token = tokenIn(await postForm(parts, '/token', refreshing(sent)));
    family.spent = { token: sent, at: performance.now() };
    family.current = token;
  };
}

async function enter(parts: Parts) {
  const browser = createLightBrowser(parts.client, parts.target.issuer);
  const { form } = await askForCode(parts.target, browser);
  return { browser, token: await redeem(parts, form) };
}

async function redeem(parts: Parts, form: Form): Promise<string> {
  const token = tokenIn(await postForm(parts, '/token', form));
  parts.ledger.redeemed.push(form);
  return token;
}

async function revoke(parts: Parts, token: string): Promise<void> {
  const { status } = await postForm(parts, '/token/revocation', { token });
  if (status === 200) parts.ledger.revoked.push(token);
}

async function askToSignOut({ target, ledger }: Parts, browser: LightBrowser) {
  const url = new URL('/session/end', target.issuer);
  url.searchParams.set('client_id', target.web.id);
  const question = await browser.open(url);
  const kept = browser.copy();
  return async () => {
    if (!question.html.includes('logout-yes')) throw new Error('Nobody was signed in.');
    await browser.submit(question, { logout: 'yes' });
    ledger.signedOut.push(kept);
  };
}

async function readyToSignOut(parts: Parts) {
  return askToSignOut(parts, (await enter(parts)).browser);
}

async function readyToRedeem(parts: Parts) {
  const browser = createLightBrowser(parts.client, parts.target.issuer);
  const { form } = await askForCode(parts.target, browser);
  return async () => void (await redeem(parts, form));
}

async function readyToRevoke(parts: Parts) {
  const { token } = await enter(parts);
  return () => revoke(parts, token);
}

/** Posts a form as the application. */
export function postForm(
  { target, client }: Pick<Parts, 'target' | 'client'>,
  path: string,
  form: Form,
): Promise<Reply> {
  const headers = { authorization: basic(target.web) };
  return client.call({ method: 'POST', url: new URL(path, target.issuer), headers, form });
}

export function refreshing(token: string): Form {
  return { grant_type: 'refresh_token', refresh_token: token };
}

function tokenIn({ status, body }: Reply): string {
  const answer = status === 200 ? (JSON.parse(body) as Record<string, unknown>) : {};
  const token = answer['refresh_token'];
  if (typeof token !== 'string') throw new Error(`No refresh token: ${status} ${body}`);
  return token;
}
