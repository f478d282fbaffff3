/**
 * Throttle: so many in any stretch of time, and no more.
 *
 * Every limit is a line of `policies.ts`. Windows slide truly: at no instant have more passed in the last quarter
 * of an hour than may, however requests interleave and on however many nodes. Each further violation in a row
 * doubles the wait, to an hour at most; a window without one begins anew. Whoever asks is counted before it is
 * known whether there is such an account or client, so that no answer tells. An IPv6 address counts by its /64,
 * and what is no address is counted as well.
 *
 * While the store is away, what guesses and what sends mail is refused; public documents are served (F4).
 *
 * Owns: table `rate_windows`, function `take_rate_windows`. Records: `throttle.exceeded`. Answers for: P40–P45.
 */
export { addressKey } from './address.ts';
export { claimedClient, createLimits, type Limits } from './gate.ts';
export type { Overrides } from './policies.ts';
export { createThrottle, type Throttle, type ThrottleDeps } from './service.ts';
export { createPostgresWindow } from './store.pg.ts';
export { createRedisWindow } from './store.redis.ts';
export type { RateWindow } from './store.ts';
