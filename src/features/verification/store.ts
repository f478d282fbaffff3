import type { UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { Issued } from './policy.ts';

/** What storage owes the verification room. */
export interface VerificationStore {
  /** Replaces whatever was mailed to the user before: its link and code are dead from then on (R10.6). */
  put(unit: Unit, issued: Issued): Promise<void>;
  /** Looks without spending, so that a mail scanner's GET changes nothing (R10.3). */
  peek(unit: Unit, tokenDigest: string): Promise<Issued | undefined>;
  /**
   * Counts one typed code, and answers with what it may be compared to: of any number at once `most` get
   * an answer for one mail, and none does once it is spent or expired.
   */
  countCode(
    unit: Unit,
    userId: UserId,
    limits: { readonly most: number; readonly at: Date },
  ): Promise<Issued | undefined>;
  /** Of simultaneous callers exactly one is told `true`; after expiry, none. */
  spend(unit: Unit, tokenDigest: string, at: Date): Promise<boolean>;
}
