import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { SessionRecord } from './lifetime.ts';
import type { Signal } from './suspicion.ts';

export interface Revocation {
  readonly uidDigest: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly reason: string;
  readonly revokedAt: Date;
  readonly expiresAt: Date;
}

/** What Postgres says of a session, and what its tenant watches for. */
export interface JudgedSession extends SessionRecord {
  readonly watched: readonly Signal[];
}

/** What storage owes the sessions' room. */
export interface SessionStore {
  /** `false`, and the first one kept, when that session was ended before. */
  revoke(unit: Unit, revocation: Revocation): Promise<boolean>;
  /** Removes revocations of sessions that are over by themselves, `limit` at most. */
  sweep(unit: Unit, now: Date, limit: number): Promise<void>;
  /** In one round: whether it was ended, and the user and tenant as they are; `undefined` when there is no such user. */
  look(unit: Unit, uidDigest: string, userId: UserId): Promise<JudgedSession | undefined>;
}
