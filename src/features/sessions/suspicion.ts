import { SESSION_SIGNALS, type SessionSignal } from '#src/features/tenancy/index.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { browserOf, isOtherWidth, isSameBrowser } from './browser.ts';
import { type Place, placeOf, type Trace, type Use } from './trace.ts';

/** What can be watched for, and ends a session where it is (R7.8). */
export const SIGNALS = SESSION_SIGNALS;

export type Signal = SessionSignal;

/** Two copies that are used further apart than this may be one browser that was set back. */
const AT_ONCE = HOUR;

/**
 * What is suspicious in one more use of a session, of what is watched for.
 *
 * `browser-changed`: another family or platform than it was made with, which no update brings about.
 * `two-places`: an older browser is back, to the letter of its version, within an hour of another one on another
 * network. An update never goes back, so these are two copies of one cookie (security case 137).
 *
 * Addresses alone say nothing: a person's change at any time, in any pattern. That a refresh token was reused is
 * seen where tokens are redeemed.
 */
export function signalOf(trace: Trace, use: Use, watched: readonly Signal[]): Signal | undefined {
  const place = placeOf(use);
  if (watched.includes('browser-changed') && isOtherBrowser(trace, use, place))
    return 'browser-changed';
  if (watched.includes('two-places') && isBack(trace, place)) return 'two-places';
  return undefined;
}

/** The very text it was made with is never read again: its words may differ once Avian itself is updated. */
function isOtherBrowser(trace: Trace, use: Use, { agent }: Place): boolean {
  if (agent === trace.places[0].agent) return false;
  return !isSameBrowser(trace.browser, browserOf(use.userAgent));
}

function isBack(trace: Trace, place: Place): boolean {
  const before = trace.places.find(({ agent }) => agent === place.agent);
  if (!before) return false;
  return trace.places.some(
    (other) =>
      !isOtherWidth(other.platform, place.platform) &&
      other.at > before.at &&
      ![before.network, place.network].includes(other.network) &&
      place.at.getTime() - other.at.getTime() <= AT_ONCE,
  );
}
