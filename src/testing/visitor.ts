import { type CookieJar, createCookieJar } from './browsing/cookie-jar.ts';
import { attribute, readDocument, textOf } from './browsing/document.ts';
import { submit, type Values } from './browsing/form.ts';
import {
  type Arrival,
  type Browser,
  CHROME,
  type Hop,
  headerOf,
  type Navigation,
  navigate,
  type Starter,
} from './browsing/navigation.ts';
import type { Network } from './browsing/wire.ts';

export interface VisitorOptions extends Network {
  readonly engine?: Browser['engine'];
  readonly sendsFetchMetadata?: boolean;
  readonly userAgent?: string;
  /** What time the browser's machine thinks it is, in milliseconds: cookies expire by it. */
  readonly now?: () => number;
}

/** A person with a browser profile of their own, over plain HTTP: no scripts, real forms, real cookies. */
export interface Visitor {
  readonly cookies: CookieJar;
  /** Types an address; with `from`, follows a link to it on a page of that address instead. */
  open(address: string | URL, options?: { readonly from?: string | URL }): Promise<Page>;
}

/** A page that stands in a tab. Several may stand at once; pressing something on an old one is going back. */
export interface Page {
  readonly url: URL;
  /** The HTTP status; 0 where nobody answers, as at the address of a relying app that has no server. */
  readonly status: number;
  readonly html: string;
  /** What a person reads. */
  readonly text: string;
  readonly heading: string;
  /** Every request that led here, this page's own last. */
  readonly hops: readonly Hop[];
  header(name: string): string | undefined;
  has(selector: string): boolean;
  /** The text of the first element that fits. */
  says(selector: string): string | undefined;
  /** The value of an attribute of the first element that fits. */
  read(selector: string, name: string): string | undefined;
  /** The same page with values typed into its fields, by their names. */
  enter(values: Values): Page;
  /** Submits the form of a button. */
  press(selector: string): Promise<Page>;
  /** Follows a link. */
  follow(selector: string): Promise<Page>;
  reload(): Promise<Page>;
}

const USUAL = { engine: 'chromium', sendsFetchMetadata: true, userAgent: CHROME } as const;

export function createVisitor(options: VisitorOptions = {}): Visitor {
  const { now = Date.now, ...chosen } = options;
  const browser: Browser = { ...USUAL, ...chosen, jar: createCookieJar(now) };

  return {
    cookies: browser.jar,
    open(address, { from } = {}) {
      const url = new URL(address);
      const starter = from === undefined ? undefined : { url: new URL(from) };
      return go(browser, { method: 'GET', url, byHand: true, ...(starter && { from: starter }) });
    },
  };
}

const MOST_REFRESHES = 5;

/** Navigates, and goes on where the page at once sends its reader elsewhere. */
async function go(browser: Browser, navigation: Navigation): Promise<Page> {
  let arrival = await navigate(browser, navigation);
  const hops = [...arrival.hops];
  for (let count = 0; count < MOST_REFRESHES; count += 1) {
    const next = refreshOf(arrival);
    if (!next) return createPage(browser, navigation, { ...arrival, hops });
    arrival = await navigate(browser, {
      method: 'GET',
      url: next,
      from: starterOf(arrival),
      byHand: false,
    });
    hops.push(...arrival.hops);
  }
  throw new Error(`${arrival.url.href} refreshes without end.`);
}

/** Where `<meta http-equiv="refresh">` leads, if it does so without a wait. */
function refreshOf({ url, answer }: Arrival): URL | undefined {
  if (!answer || !isHtml(answer)) return undefined;
  const meta = readDocument(answer.body.toString()).findAll('meta');
  const refresh = meta.find((one) => attribute(one, 'http-equiv')?.toLowerCase() === 'refresh');
  const found = /^\s*0\s*[;,]\s*(?:url\s*=\s*)?(.+)$/i.exec(
    (refresh && attribute(refresh, 'content')) ?? '',
  );
  return found?.[1] === undefined
    ? undefined
    : new URL(found[1].trim().replace(/^(["'])(.*)\1$/, '$2'), url);
}

function isHtml({ headers }: NonNullable<Arrival['answer']>): boolean {
  return headers['content-type']?.startsWith('text/html') ?? false;
}

function starterOf({ url, answer }: Arrival): Starter {
  const referrerPolicy = answer && headerOf(answer.headers, 'referrer-policy');
  const contentPolicy = answer && headerOf(answer.headers, 'content-security-policy');
  return {
    url,
    ...(referrerPolicy !== undefined && { referrerPolicy }),
    ...(contentPolicy !== undefined && { contentPolicy }),
  };
}

function createPage(
  browser: Browser,
  cause: Navigation,
  arrival: Arrival,
  typed: Values = {},
): Page {
  const { url, answer, hops } = arrival;
  const html = answer?.body.toString() ?? '';
  const isRead = answer !== undefined && isHtml(answer);
  const document = readDocument(isRead ? html : '');
  const from = starterOf(arrival);
  const heading = document.find('h1');

  return {
    url,
    status: answer?.status ?? 0,
    html,
    text: isRead ? document.text : html,
    heading: heading ? textOf(heading) : '',
    hops,
    header: (name) => answer && headerOf(answer.headers, name),
    has: (selector) => document.find(selector) !== undefined,
    says(selector) {
      const element = document.find(selector);
      return element && textOf(element);
    },
    read(selector, name) {
      const element = document.find(selector);
      return element && attribute(element, name);
    },
    enter: (values) => createPage(browser, cause, arrival, { ...typed, ...values }),
    async press(selector) {
      const submission = submit(document, url, selector, typed);
      return go(browser, { ...submission, from, byHand: true, isForm: true });
    },
    async follow(selector) {
      const link = document.find(selector);
      const href = link && attribute(link, 'href');
      if (href === undefined) throw new Error(`There is no link ${selector} on ${url.href}.`);
      return go(browser, { method: 'GET', url: new URL(href, url), from, byHand: true });
    },
    reload: () => go(browser, again(cause, arrival)),
  };
}

/** The request that a reload repeats: the last one, with its form if it was not redirected from. */
function again({ body, from, isForm = false }: Navigation, { url, hops }: Arrival): Navigation {
  const starter = from && { from };
  if (hops.at(-1)?.method !== 'POST' || body === undefined) {
    return { method: 'GET', url, byHand: true, ...starter };
  }
  return { method: 'POST', url, body, byHand: true, isForm, ...starter };
}
