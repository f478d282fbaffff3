import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Answered, Call, Poster } from '#src/kernel/poster.ts';
import { readUri } from '#src/kernel/uri.ts';
import { bareHost, createAllowList } from './allow-list.ts';
import { isPublicAddress } from './public-address.ts';

export interface PosterSettings {
  /** Hosts and ranges that may be called though they are not public, and without TLS (AVIAN_FETCH_ALLOW). */
  readonly allow: readonly string[];
  /** For a whole call, from looking the name up to the answer's head. */
  readonly patienceMs?: number;
  /** In place of the machine's own resolver; only a test has reason for another. */
  readonly resolver?: typeof resolve;
}

const PATIENCE_MS = 2500;

/**
 * Calls servers that tenants have named: to none does it lend its place in the network (SSRF, security case 1.19).
 *
 * The address that is connected to is judged, whatever name it was found under and however often that is
 * answered otherwise. Redirects are not followed, nothing of an answer but its status is read, and every call has
 * a connection of its own, which no other could have left in a state.
 */
export function createPoster({ allow, patienceMs = PATIENCE_MS, ...over }: PosterSettings): Poster {
  const isAllowed = createAllowList(allow);
  const publicOnly = createPublicLookup(over.resolver ?? resolve);

  function lookupFor({ hostname }: URL): LookupFunction | undefined {
    return isAllowed(hostname) ? undefined : publicOnly;
  }

  function isBarred({ hostname }: URL): boolean {
    const host = bareHost(hostname);
    return isIP(host) !== 0 && !isPublicAddress(host) && !isAllowed(host);
  }

  return {
    fault(text) {
      const url = readUri(text);
      if (typeof url === 'string') return url;
      if (url.username !== '' || url.password !== '') return 'A user name is not allowed.';
      if (url.href !== text && url.href !== `${text}/`) return `Write it as ${url.href}`;
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Use https.';
      if (isBarred(url)) return NOT_PUBLIC;
      if (url.protocol === 'http:' && !isAllowed(url.hostname)) {
        return 'Use https; http is for hosts that AVIAN_FETCH_ALLOW names.';
      }
      return undefined;
    },

    async post(call) {
      const url = new URL(call.url);
      if (isBarred(url)) return { ok: false, reason: NOT_PUBLIC };
      try {
        return await send(call, lookupFor(url), AbortSignal.timeout(patienceMs));
      } catch (error) {
        return { ok: false, reason: reasonOf(error) };
      }
    },
  };
}

const NOT_PUBLIC = 'This address is not public, and AVIAN_FETCH_ALLOW does not name it.';

/** An address was found that is not to be called. */
class NotPublic extends Error {}

function send(
  { url, headers, body }: Call,
  lookup: LookupFunction | undefined,
  signal: AbortSignal,
): Promise<Answered> {
  const { promise, resolve: answer, reject } = Promise.withResolvers<Answered>();
  const request = url.startsWith('https:') ? requestSecure : requestPlain;
  const sent = request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: false,
    signal,
    ...(lookup && { lookup }),
  });
  sent.once('response', (response: IncomingMessage) => {
    response.on('error', () => undefined); // What is left of it is nobody's business.
    response.destroy();
    answer({ ok: true, status: response.statusCode ?? 0 });
  });
  sent.on('error', reject);
  sent.once('close', () => reject(new Error('hung up')));
  sent.end(body);
  return promise;
}

/** Looks a name up, and answers with public addresses or none: of several, one that is not refuses them all. */
function createPublicLookup(resolver: typeof resolve): LookupFunction {
  return (host, options, answer) => {
    resolver(host, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error) return answer(error, '');
      if (!first || !found.every(({ address }) => isPublicAddress(address))) {
        return answer(new NotPublic(), '');
      }
      if (options.all) return answer(null, found);
      answer(null, first.address, first.family);
    });
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotPublic) return NOT_PUBLIC;
  const { name, code } = error as { name?: string; code?: unknown };
  if (name === 'AbortError' || name === 'TimeoutError') return 'It did not answer in time.';
  return typeof code === 'string' ? `It could not be reached: ${code}.` : 'It hung up.';
}
