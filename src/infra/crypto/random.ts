import { randomInt } from 'node:crypto';

/** A delay made a fifth shorter or longer at random, so that many waiters do not come back at once. */
export function jittered(milliseconds: number): number {
  return Math.round(milliseconds * (0.8 + randomInt(0, 401) / 1000));
}
