import type { IncomingHttpHeaders } from 'node:http';
import type { CookieJar } from './cookie-jar.ts';
import { allowsFormTo, provenance } from './policies.ts';
import { isSameSite, isTrustworthy } from './site.ts';
import { type Answer, isServed, type Message, type Network, send } from './wire.ts';

/** Where a navigation starts: the page, and the policies it was sent with. */
export interface Starter {
  readonly url: URL;
  readonly referrerPolicy?: string;
  readonly contentPolicy?: string;
}

export interface Navigation {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
  /** Left out for an address that was typed. */
  readonly from?: Starter;
  /** A click or a key press, not a refresh. */
  readonly byHand: boolean;
  /** A form is held to its page's `form-action`, wherever its answer leads on to. */
  readonly isForm?: boolean;
}

/** One request of a navigation and what came of it. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  /** The cookies that went along. */
  readonly cookies?: string;
  readonly location?: string;
}

/** Where a navigation ended. `answer` is missing where nobody answers: a relying app's own address. */
export interface Arrival {
  readonly url: URL;
  readonly answer?: Answer;
  readonly hops: readonly Hop[];
}

export interface Browser extends Network {
  readonly jar: CookieJar;
  /**
   * Whose rule for Strict cookies holds. Chromium compares each address with the page that began;
   * Firefox also with every address the redirects came by, a typed one too.
   */
  readonly engine: 'chromium' | 'firefox';
  /** Browsers before 2020 send no `Sec-Fetch-*`. */
  readonly sendsFetchMetadata: boolean;
  readonly userAgent: string;
}

/** What a visitor's browser calls itself. */
export const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';

const MOST_REDIRECTS = 20;

/** Goes there, through every redirect, as the browser would. */
export async function navigate(browser: Browser, navigation: Navigation): Promise<Arrival> {
  const hops: Hop[] = [];
  const chain: URL[] = [];
  let { method, url, body } = navigation;

  while (chain.length <= MOST_REDIRECTS) {
    demandFormAllowed(navigation, url);
    chain.push(url);
    const headers = headersFor(browser, { ...navigation, method, url }, chain);
    const message = { method, url, headers, ...(body !== undefined && { body }) };
    const answer = isServed(url, browser) ? await answerTo(message, browser) : undefined;
    if (!answer) return { url, hops };
    browser.jar.take(url, answer.headers['set-cookie'] ?? []);
    const location = redirectOf(answer);
    hops.push(hopOf(method, url, headers, answer));
    if (location === undefined) return { url, answer, hops };
    url = follow(url, location);
    if (answer.status !== 307 && answer.status !== 308) {
      method = 'GET';
      body = undefined;
    }
  }
  throw new Error(
    `More than ${MOST_REDIRECTS} redirects:\n${hops.map(({ url }) => url.href).join('\n')}`,
  );
}

/** `undefined` where nobody listens: browsers show a page of their own then, at that address. */
async function answerTo(message: Message, browser: Browser): Promise<Answer | undefined> {
  try {
    return await send(message, browser);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
      return undefined;
    throw error;
  }
}

function demandFormAllowed({ from, isForm }: Navigation, url: URL): void {
  if (!isForm || !from) return;
  if (allowsFormTo(from.contentPolicy, from.url, url)) return;
  throw new Error(`form-action of ${from.url.href} does not let its form lead to ${url.href}.`);
}

function headersFor(
  browser: Browser,
  navigation: Navigation,
  chain: readonly URL[],
): Record<string, string> {
  const { url, method, from } = navigation;
  const crossSite = isCrossSite(browser, from?.url, chain);
  const cookie = browser.jar.headerFor(url, { crossSite, method });
  const origins = from && provenance(from.referrerPolicy, from.url, url);
  const fetchMetadata = browser.sendsFetchMetadata && isTrustworthy(url);
  return {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-language': 'en-GB,en;q=0.9',
    'user-agent': browser.userAgent,
    'upgrade-insecure-requests': '1',
    ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(method === 'POST' && origins && { origin: origins.origin }),
    ...(origins?.referer !== undefined && { referer: origins.referer }),
    ...(cookie !== undefined && { cookie }),
    ...(fetchMetadata && metadataOf(navigation, chain)),
  };
}

function metadataOf({ from, byHand }: Navigation, chain: readonly URL[]): Record<string, string> {
  return {
    'sec-fetch-site': fetchSite(from?.url, chain),
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...(byHand && { 'sec-fetch-user': '?1' }),
  };
}

function isCrossSite({ engine }: Browser, from: URL | undefined, chain: readonly URL[]): boolean {
  const target = chain.at(-1);
  if (!target) return false;
  const others = engine === 'firefox' ? [from, ...chain] : [from];
  return others.some((one) => one !== undefined && !isSameSite(one, target));
}

/** Fetch Metadata §2.3: the worst relation along the whole chain; a typed address has none. */
function fetchSite(from: URL | undefined, chain: readonly URL[]): string {
  if (!from) return 'none';
  if (chain.some((url) => !isSameSite(from, url))) return 'cross-site';
  return chain.some((url) => url.origin !== from.origin) ? 'same-site' : 'same-origin';
}

function redirectOf({ status, headers }: Answer): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? headers.location : undefined;
}

/** The next address; a fragment stays unless the redirect brings its own. */
function follow(url: URL, location: string): URL {
  const next = new URL(location, url);
  if (next.hash === '') next.hash = url.hash;
  return next;
}

function hopOf(
  method: string,
  url: URL,
  sent: Readonly<Record<string, string>>,
  answer: Answer,
): Hop {
  const { location } = answer.headers;
  return {
    method,
    url,
    status: answer.status,
    ...(sent['cookie'] !== undefined && { cookies: sent['cookie'] }),
    ...(location !== undefined && { location }),
  };
}

/** One header of an answer as text, however often it was sent. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
