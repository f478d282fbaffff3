import type { Call, HttpClient, Reply } from './http-client.ts';

/** Where a light browser ended: a page, or an address of another origin that it did not go to. */
export interface Place {
  readonly url: URL;
  /** 0 at an address that it did not go to. */
  readonly status: number;
  readonly html: string;
}

/** A browser that costs the generator next to nothing: one jar, redirects, refreshes, one form a page. */
export interface LightBrowser {
  open(url: URL): Promise<Place>;
  /** Sends the page's first form with these values, and whatever is hidden in it. */
  submit(place: Place, values: Readonly<Record<string, string>>): Promise<Place>;
  /** Another one that holds the same cookies, and goes its own way from now on. */
  copy(): LightBrowser;
}

export interface LightBrowserOptions {
  /** By name; kept up to date. None unless given. */
  readonly cookies?: Map<string, string>;
  /** With which statuses a page may come: as one, or as the answer to a mistake, unless told. */
  readonly accepts?: readonly number[];
}

export function createLightBrowser(
  client: Pick<HttpClient, 'call'>,
  origin: string,
  { cookies = new Map(), accepts = [200, 422] }: LightBrowserOptions = {},
): LightBrowser {
  async function go(call: Call): Promise<Place> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...BROWSER, ...call.headers, ...(cookie !== '' && { cookie }) };
    const reply = await client.call({ ...call, headers });
    remember(cookies, reply);
    const next = nextOf(reply, call.url);
    if (next === undefined) return placeOf(call.url, reply, accepts);
    return next.origin === origin ? go({ url: next }) : { url: next, status: 0, html: '' };
  }

  return {
    open: (url) => go({ url }),
    submit(place, values) {
      const action = /<form[^>]* action="([^"]+)"/.exec(place.html)?.[1] ?? '';
      const form = { ...hiddenIn(place.html), ...values };
      return go({ method: 'POST', url: new URL(action, place.url), form, headers: { origin } });
    },
    copy: () => createLightBrowser(client, origin, { cookies: new Map(cookies), accepts }),
  };
}

const BROWSER = {
  accept: 'text/html',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-dest': 'document',
};

function remember(cookies: Map<string, string>, { headers }: Reply): void {
  for (const line of headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  }
}

function nextOf({ status, headers, body }: Reply, from: URL): URL | undefined {
  if (status >= 300 && status < 400) return new URL(headers.location ?? '', from);
  const refresh = /http-equiv="refresh" content="0;\s*url=([^"]+)"/.exec(body)?.[1];
  return refresh === undefined ? undefined : new URL(refresh.replaceAll('&amp;', '&'), from);
}

function placeOf(url: URL, { status, body }: Reply, accepts: readonly number[]): Place {
  if (!accepts.includes(status))
    throw new Error(`A page came with status ${status}: ${body.slice(0, 200)}`);
  return { url, status, html: body };
}

function hiddenIn(html: string): Record<string, string> {
  const form = html.slice(html.indexOf('<form'), html.indexOf('</form>'));
  const found = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]));
}
