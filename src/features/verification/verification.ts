import type { Origin } from '#src/features/audit/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** Whose address is to be proven. */
export interface Claimant {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
}

/** What a waiting browser is told it waits for. */
export interface Wait {
  /** The address the mail went to, as the person typed it. */
  readonly email: string;
  /** Absent where there is nothing to wait for: the page looks the same, and nothing will ever be right on it. */
  readonly claimant?: Claimant;
  readonly tenantId?: TenantId;
  /** The application that asked, and the sign-in that goes on afterwards. */
  readonly clientId?: string;
  readonly interaction?: string;
  /** The page of ours on which an address typed wrong is typed anew. */
  readonly back?: string;
}

export interface Verification {
  /**
   * Mails a new link and code in the unit of the act, and replaces the older ones (R10.6). `false`, and the
   * older ones still good, when the address has had its share of mails for this hour.
   */
  issue(
    unit: Unit,
    claimant: Claimant,
    circumstances: { readonly clientId?: string; readonly origin: Origin },
  ): Promise<boolean>;
  /** Whether `issue` would mail one: asked before an account is made that nobody could prove. */
  mayIssue(unit: Unit, email: string): Promise<boolean>;
  /** A browser begins to wait, having shown the password or chosen one; answers with what its cookie holds. */
  begin(wait: Wait): Promise<string>;
}
