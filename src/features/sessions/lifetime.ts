import type { TenantStatus } from '#src/features/tenancy/index.ts';
import { DAY, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';

/** How long a session lives on after a use (R7.1). */
const SLIDING_LIFETIME = 24 * HOUR;
/** How long it lives at all (R7.2). */
export const ABSOLUTE_LIFETIME = 7 * DAY;
/** How long one lives that nobody has signed in to. */
export const ANONYMOUS_LIFETIME = 10 * MINUTE;

/** What a session says of itself. */
export interface SessionFacts {
  readonly uid: string;
  readonly userId: UserId;
  /** When somebody last signed in to it. */
  readonly signedInAt: Date;
  /** When it began; signing in again within it does not move this. */
  readonly startedAt: Date;
}

/** Whose session it is, as they are now. */
export interface SessionUser {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly emailVerifiedAt?: Date;
  readonly updatedAt: Date;
}

/** What Postgres says of a session that names this user. */
export interface SessionRecord {
  readonly revoked: boolean;
  readonly user: SessionUser;
  readonly userStatus: 'active' | 'disabled';
  readonly tenantStatus: TenantStatus;
  readonly sessionsValidFrom: Date;
}

export type Verdict =
  | { readonly alive: true; readonly user: SessionUser }
  | {
      readonly alive: false;
      readonly reason:
        | 'ended'
        | 'epoch'
        | 'expired'
        | 'suspicious'
        | 'user-gone'
        | 'tenant-suspended';
    };

/** When a session used `now` ends: 24 hours on, and never later than 7 days after its start (P14, P15). */
export function sessionEnd(startedAt: Date, now: Date): Date {
  const sliding = later(now, SLIDING_LIFETIME);
  const absolute = later(startedAt, ABSOLUTE_LIFETIME);
  return sliding < absolute ? sliding : absolute;
}

/** At its very end a session is over (P09). */
export function isOver(end: Date, now: Date): boolean {
  return now >= end;
}

/**
 * Whether a session may be used now, given what Postgres says of it; `undefined` says that there is no
 * such user. One reason against it is enough, and nothing the session says of itself outweighs one (P13).
 */
export function standing(
  facts: SessionFacts,
  record: SessionRecord | undefined,
  now: Date,
): Verdict {
  if (record?.userStatus !== 'active') return dead('user-gone');
  if (record.tenantStatus !== 'active') return dead('tenant-suspended');
  if (record.revoked) return dead('ended');
  if (facts.signedInAt < record.sessionsValidFrom) return dead('epoch');
  if (isOver(later(facts.startedAt, ABSOLUTE_LIFETIME), now)) return dead('expired');
  return { alive: true, user: record.user };
}

type Reason = Extract<Verdict, { alive: false }>['reason'];

function dead(reason: Reason): Verdict {
  return { alive: false, reason };
}
