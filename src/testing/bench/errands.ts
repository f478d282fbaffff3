import type { APerson } from '../instance.ts';
import type { LightBrowser, Place } from './light-browser.ts';
import { authorizationRequest } from './scenarios.ts';

export type Form = Readonly<Record<string, string>>;
export type Cookies = Map<string, string>;

/** A single-page application: its codes and refresh tokens end with the session. */
export interface Board {
  readonly id: string;
  readonly redirectUri: string;
}

/** What is under way while somebody signs out: each loads the session, and writes it or acts on it. */
export const ERRANDS = ['silent', 'prompt=none', 'own page', 'renewal'] as const;
export type Errand = (typeof ERRANDS)[number];

/** How an errand was answered. */
export interface Answered {
  readonly signedIn: boolean;
  /** What the code that it brought would be traded with. */
  readonly trade?: Form | undefined;
}

/** Where errands are run: one provider, two applications, a browser that can be had at either process. */
export interface Grounds {
  readonly issuer: string;
  /** The application somebody signs in to, and one they have not been at yet. */
  readonly boards: readonly [Board, Board];
  browser(at: number, cookies: Cookies): LightBrowser;
}

/** Who runs an errand, at which process. */
export interface Runner {
  readonly at: number;
  readonly person: APerson;
  readonly cookies: Cookies;
}

/** Makes an errand ready; what it answers with sets out at once, with the cookies it is given. */
export async function prepare(
  grounds: Grounds,
  errand: Errand,
  { at, person, cookies }: Runner,
): Promise<(cookies: Cookies) => Promise<Answered>> {
  const { issuer, boards } = grounds;
  if (errand === 'own page') {
    const url = new URL('/account/email', issuer);
    return async (taken) => {
      const { status } = await grounds.browser(at, taken).open(url);
      return { signedIn: status === 200 };
    };
  }
  const board = errand === 'prompt=none' ? boards[1] : boards[0];
  const prompt = { silent: {}, 'prompt=none': { prompt: 'none' }, renewal: { prompt: 'login' } };
  const asked = ask(issuer, board, prompt[errand]);
  const page =
    errand === 'renewal' ? await grounds.browser(at, cookies).open(asked.url) : undefined;
  return async (taken) => {
    const browser = grounds.browser(at, taken);
    const end = await (page ? browser.submit(page, loginOf(person)) : browser.open(asked.url));
    const trade = asked.tradeOf(end);
    return { signedIn: trade !== undefined, trade };
  };
}

/** A request of an application, and what the code of its answer is traded with. */
export function ask(issuer: string, { id, redirectUri }: Board, more: Form = {}) {
  const { url, verifier } = authorizationRequest({ issuer, web: { id, redirectUri } }, more);
  return {
    url,
    tradeOf({ url: end }: Place): Form | undefined {
      const code = end.searchParams.get('code');
      if (code === null) return undefined;
      const grant = { grant_type: 'authorization_code', client_id: id, redirect_uri: redirectUri };
      return { ...grant, code, code_verifier: verifier };
    },
  };
}

export function loginOf({ email, password }: APerson): Form {
  return { login: email, password };
}
