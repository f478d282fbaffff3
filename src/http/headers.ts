import type { Middleware } from 'koa';
import { CONTENT_SECURITY_POLICY } from './csp.ts';

interface HeaderSettings {
  readonly issuer: URL;
  /**
   * Paths a sign-in goes through. An application may have opened them in a window of its own, and
   * `Cross-Origin-Opener-Policy: same-origin` on any of them would cut that window off for good.
   */
  readonly popups: readonly string[];
}

/** What no page of ours uses, and no script that got in shall. */
const UNUSED_FEATURES =
  'accelerometer autoplay browsing-topics camera display-capture encrypted-media fullscreen geolocation gyroscope hid idle-detection local-fonts magnetometer microphone midi payment picture-in-picture screen-wake-lock serial usb xr-spatial-tracking';

/** On every response, whatever its status (R14). Routes may replace what they know better. */
const ALWAYS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Nothing leaves the site, and forms still name their origin: `no-referrer` would make that `null`.
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy': UNUSED_FEATURES.split(' ')
    .map((feature) => `${feature}=()`)
    .join(', '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

const HTTPS_ONLY = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
} as const;

const POPUP = { 'Cross-Origin-Opener-Policy': 'unsafe-none' } as const;

/** What tells a stranger which software answers, and nobody else anything. */
const NEVER = ['X-Powered-By', 'Server'];

/**
 * Sets the security headers before anything else runs, so that refusals and faults bear them too, and
 * leaves alone what the routes behind it set or add.
 */
export function createHeaders({ issuer, popups }: HeaderSettings): Middleware {
  const standard = { ...ALWAYS, ...(issuer.protocol === 'https:' && HTTPS_ONLY) };
  const inPopups = { ...standard, ...POPUP };
  return async (ctx, next) => {
    ctx.set(isWithin(popups, ctx.path) ? inPopups : standard);
    try {
      await next();
    } finally {
      for (const name of NEVER) ctx.remove(name);
    }
  };
}

function isWithin(prefixes: readonly string[], path: string): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
