/** Where the time comes from. Rules never ask the machine: they are given an instant, or a Clock. */
export interface Clock {
  now(): Date;
}

/** The machine's own clock. The only place in the product that reads it. */
export const systemClock: Clock = { now: () => new Date() };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The instant `milliseconds` after another. */
export function later(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}

/** Whole seconds since the epoch, as OAuth and JWT count them (RFC 7519 §2, NumericDate). */
export function epochSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / SECOND);
}

/** The instant so many milliseconds after the epoch. */
export function fromEpochMilliseconds(milliseconds: number): Date {
  return new Date(milliseconds);
}

/** The instant that a NumericDate names. */
export function fromEpochSeconds(seconds: number): Date {
  return new Date(seconds * SECOND);
}
