import type { Context, Next } from 'koa';

/** What the hop needs to know of the provider. */
export interface HopSettings {
  readonly sessionCookie: string;
  /** Shows the page that goes on to `url` by itself, and by a link. */
  readonly show: (context: Context, url: string) => void;
  /** Reads a form body of our own limits. */
  readonly readForm: (context: Context) => Promise<URLSearchParams>;
}

const ENDPOINTS = new Set(['/auth', '/session/end']);
const MARKER = '_b';

/**
 * Lets Strict cookies arrive where applications on other sites send the browser (D4, R7.4).
 *
 * Such a request carries no Strict cookie. It is answered with a page of ours that asks for the same
 * address again: that request comes from our own site, so its cookies come along, and stay along the
 * redirects that follow. The marker keeps it to one hop. A POST is first turned into a GET.
 *
 * The trigger is a missing session cookie, not `Sec-Fetch-Site`: after a typed address that redirects,
 * browsers withhold the cookie without saying "cross-site".
 */
export function createSameSiteHop(settings: HopSettings) {
  return async (context: Context, next: Next): Promise<void> => {
    if (!ENDPOINTS.has(context.path)) return next();
    if (context.method === 'POST') return bridge(context, await settings.readForm(context));
    if (!needsHop(context, settings.sessionCookie)) return next();
    const query = new URLSearchParams(context.querystring);
    query.append(MARKER, '1');
    settings.show(context, `${context.path}?${query.toString()}`);
  };
}

function needsHop(context: Context, sessionCookie: string): boolean {
  if (context.method !== 'GET' || context.query[MARKER] !== undefined) return false;
  if (context.cookies.get(sessionCookie, { signed: false }) !== undefined) return false;
  const destination = context.get('sec-fetch-dest');
  if (destination !== '' && destination !== 'document') return false;
  return context.accepts('json', 'html') === 'html';
}

/** OpenID Connect Core §3.1.2.1 lets clients POST; the engine reads the query. 303, so that the browser asks by GET. */
function bridge(context: Context, form: URLSearchParams): void {
  const query = new URLSearchParams(context.querystring);
  for (const [name, value] of form) query.append(name, value);
  context.status = 303;
  context.redirect(`${context.path}?${query.toString()}`);
}
