import { DAY, HOUR, later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import type { Receipt } from '#src/kernel/mail.ts';

/** How often a mail is tried, at most. */
export const ATTEMPTS = 12;

/** How long a try may take, its record included: until then nobody else begins. Longer than any mailer's time-outs. */
export const LEASE = 2 * MINUTE;

const SHORTEST_WAIT = 15 * SECOND;
const LONGEST_WAIT = HOUR;

/** How long to wait after so many tries: twice as long each time, up to an hour. */
export function waitAfter(attempts: number): number {
  return Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.max(0, attempts - 1));
}

/** What becomes of a mail that was tried. */
export type Fate =
  | { readonly state: 'delivered' }
  | { readonly state: 'waiting'; readonly dueAt: Date; readonly reason: string }
  | { readonly state: 'dead'; readonly cause: CauseOfDeath; readonly reason: string };

/** `expired` is the one that nothing helps against: the mail's time is over. */
export type CauseOfDeath = 'expired' | 'refused' | 'given-up';

interface Tried {
  /** This one included. */
  readonly attempts: number;
  readonly expiresAt?: Date;
}

/** Why a mail is not even tried: its time is over, or those who tried it last never came back to tell. */
export function deathBefore({ attempts, expiresAt }: Tried, now: Date): Fate | undefined {
  if (expiresAt && expiresAt <= now) return { state: 'dead', cause: 'expired', reason: 'expired' };
  if (attempts <= ATTEMPTS) return undefined;
  return { state: 'dead', cause: 'given-up', reason: 'no try came to an end' };
}

/** What becomes of it, by what the mailer says. */
export function fateOf({ attempts }: Tried, receipt: Receipt, now: Date): Fate {
  if (receipt.ok) return { state: 'delivered' };
  const { reason } = receipt;
  if (receipt.permanent) return { state: 'dead', cause: 'refused', reason };
  if (attempts >= ATTEMPTS) return { state: 'dead', cause: 'given-up', reason };
  return { state: 'waiting', dueAt: later(now, waitAfter(attempts)), reason };
}

/** How long what is settled is kept: a dead mail may yet be wanted, a delivered one counts for limits only. */
export const KEPT = { delivered: 7 * DAY, dead: 30 * DAY } as const;
