import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Receipt } from '#src/kernel/mail.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** A mail as a room words it; how it is dressed, sent and retried is the outbox's business. */
export interface MailDraft {
  /** The stored address of the person: never one as it was typed (security case 127). */
  readonly to: string;
  /** Its view below views/mail, of which there are two: `<topic>.html.eta` and `<topic>.txt.eta`. */
  readonly topic: string;
  readonly subject: string;
  readonly model: Readonly<Record<string, unknown>>;
  /** After it, there is no use in delivering it any more. */
  readonly expiresAt?: Date;
  /** How many mails of this topic the address gets in an hour, at most. */
  readonly atMostPerHour?: number;
  /** Whose name it is sent under, where the unit has no tenant. */
  readonly tenantId?: TenantId;
}

/** The end of a session, or of all of a person's, for one application to hear of. */
export interface LogoutNotice {
  readonly clientId: string;
  readonly userId: UserId;
  /** The session; without it, all the person has there. */
  readonly sid?: string;
}

/** Tells applications (OpenID Connect Back-Channel Logout 1.0). One that was not reached is an answer and no exception. */
export interface LogoutCourier {
  tell(notice: LogoutNotice): Promise<Receipt>;
}

export interface Outbox {
  /**
   * Writes a mail in the unit of the act: they commit together or not at all (ADR 0014). `false`, and
   * nothing written, when the address has had its share for this hour.
   */
  mail(unit: Unit, draft: MailDraft): Promise<boolean>;
  /** Whether `mail` would write one: asked before a token is made anew, so that a refused mail kills no older link. */
  mayMail(unit: Unit, draft: Pick<MailDraft, 'to' | 'topic' | 'atMostPerHour'>): Promise<boolean>;
  /** Writes that a session ended, in the unit that ends it (R7.5). */
  logout(unit: Unit, notice: LogoutNotice): Promise<void>;
  /**
   * Delivers what is due, and says how many it tried; called by the timetable. Without a courier, the ends
   * of sessions wait for whoever has one.
   */
  deliver(courier?: LogoutCourier): Promise<number>;
  /** Forgets what was settled long ago; called by the timetable. */
  sweep(limit: number): Promise<void>;
}
