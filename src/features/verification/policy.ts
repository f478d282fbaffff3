import type { User } from '#src/features/users/index.ts';
import { DAY } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';

/** How long a mailed link and its code hold (R10.1). */
export const LIFETIME = DAY;

/** How many codes may be typed for one mail; after them only its link works. */
export const MOST_CODES = 5;

/** How many of these mails an address gets in an hour (security case 125). */
export const MAILS_AN_HOUR = 3;

/** What is kept of the newest mail to a user. */
export interface Issued {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  /** The address it proves, and no other. */
  readonly email: string;
  readonly tokenDigest: string;
  readonly codeDigest: string;
  readonly clientId?: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly spentAt?: Date;
}

/** `done`: the address is proven already. `superseded`: it is no longer what this account is to prove. */
export type Standing = 'fresh' | 'expired' | 'done' | 'superseded';

/** What a link is worth now, from what is kept of it and of its account. */
export function standingOf(
  issued: Pick<Issued, 'email' | 'expiresAt' | 'spentAt'>,
  user: Pick<User, 'email' | 'status' | 'emailVerifiedAt'> | undefined,
  now: Date,
): Standing {
  if (user?.email !== issued.email || user.status !== 'active') return 'superseded';
  if (issued.spentAt || user.emailVerifiedAt) return 'done';
  return issued.expiresAt > now ? 'fresh' : 'expired';
}
