import type { Mail } from '#src/kernel/mail.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { LogoutNotice } from './outbox.ts';

/** What a mail says and whom it goes to: all of it but what configuration says at the time it is sent. */
export type Letter = Omit<Mail, 'date' | 'from'> & { readonly sender: string };

/** Sealed for one row: moved to another, it does not open. */
export function sealContent(sealer: Sealer, id: string, content: Letter | LogoutNotice): string {
  return sealer.seal(JSON.stringify(content), contextOf(id));
}

/** Throws where it was altered, belongs to another row, or its key is no longer configured. */
export function openLetter(sealer: Sealer, id: string, sealed: string): Letter {
  return JSON.parse(sealer.open(sealed, contextOf(id))) as Letter;
}

/** As `openLetter`. */
export function openNotice(sealer: Sealer, id: string, sealed: string): LogoutNotice {
  return JSON.parse(sealer.open(sealed, contextOf(id))) as LogoutNotice;
}

function contextOf(id: string): string {
  return `outbox ${id}`;
}
