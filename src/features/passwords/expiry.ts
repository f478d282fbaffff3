import { DAY, later } from '#src/kernel/clock.ts';
import type { StoredPassword } from './passwords.ts';

/** Whether it must be changed before anything else: from the very instant it was to expire (R6.5). */
export function isExpired({ expiresAt }: Pick<StoredPassword, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && now >= expiresAt;
}

/** When a password changed at this instant expires; null says never. */
export function expiryOf(changedAt: Date, days: number | null): Date | null {
  return days === null ? null : later(changedAt, days * DAY);
}
