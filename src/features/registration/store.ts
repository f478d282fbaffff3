import type { Unit } from '#src/kernel/unit.ts';
import type { Invitation } from './policy.ts';

/** What storage owes the registration room. */
export interface InvitationStore {
  /** Replaces whatever this address was sent before in this tenant: its link is dead from then on. */
  put(unit: Unit, invitation: Invitation): Promise<void>;
  peek(unit: Unit, tokenDigest: string): Promise<Invitation | undefined>;
  /** Of simultaneous callers exactly one is told `true`; after expiry, none. */
  spend(unit: Unit, tokenDigest: string, at: Date): Promise<boolean>;
}
