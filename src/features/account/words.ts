import type { LiveSession } from '#src/features/sessions/index.ts';
import { HOUR, MINUTE } from '#src/kernel/clock.ts';

/** What cannot be told of a browser or a platform (sessions/trace.ts). */
const UNKNOWN = 'Unknown';

/** `Firefox on Windows`, as far as it is known. */
export function browserWords({ family, platform }: LiveSession['browser']): string {
  const browser = family === UNKNOWN ? 'Unknown browser' : family;
  return platform === UNKNOWN ? browser : `${browser} on ${platform}`;
}

/** How long ago something was, to the minute and then to the hour: a session that lives was used within a day. */
export function agoWords(at: Date, now: Date): string {
  const gone = now.getTime() - at.getTime();
  if (gone < MINUTE) return 'just now';
  return gone < HOUR
    ? `${counted(Math.floor(gone / MINUTE), 'minute')} ago`
    : `${counted(Math.floor(gone / HOUR), 'hour')} ago`;
}

/** `2 minutes`, `1 minute`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** `22 November 2026 at 09:14 UTC`: where the reader is, nobody knows. */
export function dateWords(at: Date): string {
  return `${DAY_OF_YEAR.format(at)} at ${TIME.format(at)}`;
}

const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** With what somebody signed in, such as `password and one-time code`; nothing where it names nothing that people know. */
export function howWords(how: readonly string[]): string | undefined {
  const words = new Set(how.flatMap((method) => METHODS.get(method) ?? []));
  return words.size === 0 ? undefined : LIST.format(words);
}

/** Methods by their names (RFC 8176 §2). `mfa` says only that there were several. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['pwd', 'password'],
  ['otp', 'one-time code'],
  ['swk', 'passkey'],
  ['hwk', 'security key'],
]);

const LIST = new Intl.ListFormat('en-GB', { type: 'conjunction' });
