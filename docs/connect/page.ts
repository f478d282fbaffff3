import type { SignedIn } from './relying-party.ts';

/** HTML that may be sent as it is. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template in which every value is escaped, but for those that are `Html` already. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | Html[])[]): Html {
  const written = values.map((value) => {
    if (typeof value === 'string')
      return value.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? '');
    return Array.isArray(value) ? value.map((one) => one.html).join('') : value.html;
  });
  return { html: String.raw({ raw: parts }, ...written) };
}

/** One page of the application, whole. */
export function page(app: string, title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${app}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<p class="app">${app}</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.html;
}

export function signedOutPage(app: string, title = 'You are not signed in'): string {
  return page(
    app,
    title,
    html`<p>One sign-in opens every application of your team.</p>
<p><a class="button" id="sign-in" href="/sign-in">Sign in</a></p>`,
  );
}

export function signedInPage(app: string, person: SignedIn): string {
  const facts = factsOf(person).map(
    ({ id, term, value }) => html`<div><dt>${term}</dt><dd id="${id}">${value}</dd></div>`,
  );
  return page(
    app,
    `Hello, ${words(person.claims['name'] ?? person.claims.sub)}`,
    html`<dl>${facts}</dl>
<form method="post" action="/sign-out"><button class="button" id="sign-out">Sign out</button></form>`,
  );
}

export function problemPage(app: string, detail: string): string {
  return page(
    app,
    'Signing in did not work',
    html`<p id="problem">${detail}</p>
<p><a class="button" href="/sign-in">Try again</a></p>`,
  );
}

function factsOf({ claims }: SignedIn): { id: string; term: string; value: string }[] {
  return [
    { id: 'name', term: 'Name', value: words(claims['name']) },
    { id: 'email', term: 'Email', value: words(claims['email']) },
    { id: 'tenant', term: 'Tenant', value: words(claims['tenant_id']) },
    { id: 'roles', term: 'Roles', value: words(claims['roles']) },
    { id: 'sid', term: 'Session', value: words(claims['sid']) },
    { id: 'when', term: 'Signed in', value: instant(claims.auth_time ?? claims.iat) },
  ];
}

/** A claim as text; the provider may leave any of them out. */
function words(claim: unknown): string {
  if (Array.isArray(claim)) return claim.join(', ') || 'none';
  return typeof claim === 'string' ? claim : 'not told';
}

function instant(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString();
}
