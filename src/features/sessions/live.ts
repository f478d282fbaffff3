import type { Origin } from '#src/features/audit/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Browser } from './trace.ts';

/** A session that lives, as its owner is shown it. */
export interface LiveSession {
  /** Its name, and no credential (ADR 0028). */
  readonly uid: string;
  readonly signedInAt: Date;
  readonly lastSeenAt: Date;
  /** When it ends, if nobody uses it meanwhile. */
  readonly endsAt: Date;
  readonly address?: string;
  readonly browser: Browser;
  /** How its owner proved who they are (RFC 8176 `amr`). */
  readonly how: readonly string[];
  /** The ids of the applications it is signed in to. */
  readonly applications: readonly string[];
}

export interface SessionOwner {
  readonly userId: UserId;
  readonly tenantId: TenantId;
}

interface Cause {
  readonly reason: string;
  readonly origin?: Origin;
  /** The administrator who ends it, where it is not its owner. */
  readonly by?: AdminScope;
}

/** Every session somebody is in, wherever its browser is. */
export interface LiveSessions {
  /** Those that live, the latest used first. */
  of(userId: UserId): Promise<readonly LiveSession[]>;
  /** `false` where the owner has no such session. */
  end(owner: SessionOwner, uid: string, cause: Cause): Promise<boolean>;
  /** All but the one named; answers how many they were. */
  endOthers(owner: SessionOwner, uid: string, cause: Cause): Promise<number>;
}
