import { done, type Outcome, refused } from '#src/kernel/outcome.ts';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * An issuer: a bare origin, written exactly as clients compare it (OpenID Connect Discovery §4.3), and
 * https outside loopback (D1).
 */
export function parseIssuer(text: string): Outcome<string, string> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    return refused('must be an address such as https://id.example.com');
  }
  if (url.origin !== text) {
    return refused('must be a bare origin: scheme and host, no path, no slash at the end');
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return refused('must be https outside loopback');
  }
  return done(text);
}
