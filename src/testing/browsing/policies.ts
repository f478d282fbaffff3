/** Whether a page's Content-Security-Policy lets its forms lead to `target`. Chromium asks at every redirect. */
export function allowsFormTo(policy: string | undefined, page: URL, target: URL): boolean {
  return (policy ?? '')
    .split(',')
    .map((one) => directive(one, 'form-action'))
    .every(
      (sources) => sources === undefined || sources.some((source) => covers(source, page, target)),
    );
}

function directive(policy: string, name: string): string[] | undefined {
  for (const part of policy.split(';')) {
    const [key, ...sources] = part.trim().split(/\s+/);
    if (key === name) return sources;
  }
  return undefined;
}

function covers(source: string, page: URL, target: URL): boolean {
  if (source === "'self'") return target.origin === page.origin;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
  return URL.canParse(source) && new URL(source).origin === target.origin;
}

/** What `Referer` and `Origin` say of the page that a request starts from (Referrer Policy §8). */
export interface Provenance {
  readonly referer?: string;
  readonly origin: string;
}

export function provenance(policy: string | undefined, from: URL, to: URL): Provenance {
  const sameOrigin = from.origin === to.origin;
  const downgrade = from.protocol === 'https:' && to.protocol === 'http:';
  const whole = `${from.origin}${from.pathname}${from.search}`;
  const named = (policy ?? '').split(',').at(-1)?.trim();
  switch (named) {
    case 'no-referrer':
      return { origin: 'null' };
    case 'same-origin':
      return sameOrigin ? { referer: whole, origin: from.origin } : { origin: 'null' };
    case 'strict-origin':
    case 'origin':
      return downgrade ? { origin: 'null' } : { referer: `${from.origin}/`, origin: from.origin };
    default:
      if (sameOrigin) return { referer: whole, origin: from.origin };
      return downgrade ? { origin: 'null' } : { referer: `${from.origin}/`, origin: from.origin };
  }
}
