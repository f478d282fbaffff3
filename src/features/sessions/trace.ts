import { isIP } from 'node:net';
import { z } from 'zod';
import { addressKey } from '#src/features/throttle/index.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { type Browser, browserOf, LONGEST_READ } from './browser.ts';

export type { Browser } from './browser.ts';

/** One request that bears a session. */
export interface Use {
  readonly at: Date;
  /** As it is believed (`http/proxy.ts`). */
  readonly address?: string;
  readonly userAgent?: string;
}

/** One browser that bore a session, to the letter of its version, and where it did so last. */
export interface Place {
  readonly network: string;
  readonly agent: string;
  readonly platform: string;
  readonly at: Date;
}

/** What a session remembers of its use, from one sign-in on. */
export interface Trace {
  readonly signedInAt: Date;
  readonly lastSeenAt: Date;
  /** Of the latest use; none where it was no address. */
  readonly address?: string;
  /** That it was made with. */
  readonly browser: Browser;
  /** By which it was used, the earliest known first. The one it was made with stays. */
  readonly places: readonly [Place, ...Place[]];
}

/** A browser is updated once or twice in a session's seven days. */
const MOST_PLACES = 3;

/** What a session remembers that is made with this use. */
export function traceOf(use: Use): Trace {
  return {
    signedInAt: use.at,
    ...lastOf(use),
    browser: browserOf(use.userAgent),
    places: [placeOf(use)],
  };
}

/**
 * The same session after one more use. Of more browsers than it can hold, the newest makes way, so that
 * whoever changes theirs at every request can't make it forget the owner's.
 */
export function traced(trace: Trace, use: Use): Trace {
  const place = placeOf(use);
  const [first, ...others] = trace.places;
  const isKnown = trace.places.some(({ agent }) => agent === place.agent);
  const latest = (known: Place) => (known.agent === place.agent ? place : known);
  const places: Trace['places'] = isKnown
    ? [latest(first), ...others.map(latest)]
    : [first, ...others.slice(0, MOST_PLACES - 2), place];
  return { signedInAt: trace.signedInAt, ...lastOf(use), browser: trace.browser, places };
}

function lastOf(use: Use): Pick<Trace, 'lastSeenAt' | 'address'> {
  const address = shownAddress(use.address);
  return { lastSeenAt: use.at, ...(address !== undefined && { address }) };
}

/** An address as people are shown it, and `undefined` for whatever is none. */
export function shownAddress(address = ''): string | undefined {
  const plain = address.trim().replace(/%.*$/s, '');
  const key = addressKey(plain);
  if (isIP(key) === 4) return key;
  return isIP(plain) === 6 ? plain : undefined;
}

/** What a use is told from others by. An address counts as it does for the throttle (security case 146). */
export function placeOf({ at, address = '', userAgent = '' }: Use): Place {
  const { platform } = browserOf(userAgent);
  return { network: addressKey(address), agent: fingerprint(userAgent), platform, at };
}

/**
 * FNV-1a: short, the same for the same text, and no secret. Whoever would make up a text with the same
 * fingerprint could send the owner's own as well.
 */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text.slice(0, LONGEST_READ))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A trace as it is kept with its session: less than 600 bytes, whoever used it. */
export function writeTrace(trace: Trace): string {
  const { signedInAt, lastSeenAt, address, browser, places } = trace;
  return JSON.stringify({
    s: signedInAt.getTime(),
    l: lastSeenAt.getTime(),
    a: address,
    b: [browser.family, browser.platform],
    p: places.map(({ network, agent, platform, at }) => [network, agent, platform, at.getTime()]),
  });
}

/** What `writeTrace` wrote; a TypeError where it wasn't that. */
export function readTrace(text: string): Trace {
  try {
    return Written.parse(JSON.parse(text));
  } catch (cause) {
    throw new TypeError('This is no trace of a session.', { cause });
  }
}

const Instant = z.int().min(0).max(8.64e15).transform(fromEpochMilliseconds);
const Word = z.string().min(1).max(40);
const KeptPlace = z
  .tuple([Word, z.string().length(8), Word, Instant])
  .transform(([network, agent, platform, at]): Place => ({ network, agent, platform, at }));

const Written = z
  .strictObject({
    s: Instant,
    l: Instant,
    a: z.string().max(45).optional(),
    b: z.tuple([Word, Word]),
    p: z.tuple([KeptPlace], KeptPlace).refine((places) => places.length <= MOST_PLACES),
  })
  .transform(
    ({ s, l, a, b: [family, platform], p }): Trace => ({
      signedInAt: s,
      lastSeenAt: l,
      ...(a !== undefined && { address: a }),
      browser: { family, platform },
      places: p,
    }),
  );
