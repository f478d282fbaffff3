import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** One change of an address, from the moment it was asked for. */
export interface Change {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly oldEmail: string;
  readonly newEmail: string;
  /** Of the link in the mail to the new address. */
  readonly tokenDigest: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly confirmedAt?: Date;
  /** Of the link in the mail to the old address. */
  readonly undoDigest?: string;
  readonly undoExpiresAt?: Date;
  /** When it was undone, or withdrawn before anybody confirmed it. */
  readonly undoneAt?: Date;
}

/** Which of a change's two links somebody opened. */
export interface Link {
  readonly kind: 'confirm' | 'undo';
  readonly digest: string;
}

/** What storage owes the room that changes addresses. */
export interface EmailChangeStore {
  insert(unit: Unit, change: Change): Promise<void>;
  /** The change of a link, in whichever tenant; looking spends nothing. */
  peek(unit: Unit, link: Link): Promise<Change | undefined>;
  /**
   * Reads it again, and holds it with all others of its user: whoever else would take one waits until the
   * unit ends.
   */
  take(unit: Unit, change: Pick<Change, 'id' | 'userId'>): Promise<Change | undefined>;
  /** Withdraws what the user asked for and nobody confirmed. */
  withdraw(unit: Unit, userId: UserId, at: Date): Promise<void>;
  /** Spends the confirmation, once and ever; throws `Conflict`, which undoes the unit, where it cannot be. */
  confirm(
    unit: Unit,
    id: string,
    confirmed: { readonly at: Date; readonly undoDigest: string; readonly undoExpiresAt: Date },
  ): Promise<void>;
  /** Undoes a change, once and ever, and all that the user asked for since; throws `Conflict` likewise. */
  undo(unit: Unit, change: Change, at: Date): Promise<void>;
  /** Who may still take this address back; a system's unit sees it in every tenant. */
  reservedFor(unit: Unit, email: string, now: Date): Promise<UserId | undefined>;
}
