import { later } from './clock.ts';

/**
 * Which state of a thing somebody has seen: what an ETag names (RFC 9110 §8.8.3). Two states of one thing
 * have two, because each change moves `updatedAt` by `nextVersion`.
 */
export function versionOf({ updatedAt }: { readonly updatedAt: Date }): string {
  return updatedAt.getTime().toString(36);
}

/** The instant of a change made `now` to something last changed at `before`: later than that, whatever the clock says. */
export function nextVersion(before: Date, now: Date): Date {
  return now > before ? now : later(before, 1);
}
