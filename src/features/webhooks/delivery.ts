import { DAY, HOUR, later, SECOND } from '#src/kernel/clock.ts';
import type { Answered } from '#src/kernel/poster.ts';
import type { Progress, WebhookState } from './webhook.ts';

/** How long one event may take, its record included: until then nobody else serves the receiver. */
export const LEASE = 30 * SECOND;

/** How long a receiver that takes no events is only waited for. */
const PATIENCE = DAY;

const SHORTEST_WAIT = 5 * SECOND;
const LONGEST_WAIT = HOUR;

/** How long to wait after so many failures in a row: twice as long each time, up to an hour. */
export function waitAfter(failures: number): number {
  return Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.max(0, failures - 1));
}

/** What becomes of a receiver that was sent an event. */
export type Fate =
  | { readonly taken: true }
  | {
      readonly taken: false;
      readonly state: WebhookState;
      readonly failures: number;
      readonly failingSince: Date;
      readonly dueAt: Date;
      readonly lastError: string;
    };

/**
 * By what it answered. Whatever is not taken is sent again, and nothing after it before: a receiver that
 * refuses one event gets no other, or its order would not be the log's. 410 says that it is gone for good.
 */
export function fateOf(
  before: Pick<Progress, 'failures' | 'failingSince'> & { readonly state: WebhookState },
  answered: Answered,
  now: Date,
): Fate {
  if (answered.ok && answered.status >= 200 && answered.status < 300) return { taken: true };
  const failures = before.failures + 1;
  const { failingSince = now } = before;
  const isOverdue = now.getTime() - failingSince.getTime() >= PATIENCE;
  const isGone = answered.ok && answered.status === 410;
  return {
    taken: false,
    state: isGone ? 'paused' : isOverdue ? 'failing' : before.state,
    failures,
    failingSince,
    dueAt: later(now, waitAfter(failures)),
    lastError: answered.ok ? `It answered ${answered.status}.` : answered.reason,
  };
}
