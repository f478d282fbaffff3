import type { Mail } from '#src/kernel/mail.ts';
import type { Sealer } from '#src/kernel/ports.ts';

/** What a mail says and whom it goes to: all of it but what configuration says at the time it is sent. */
export type Content = Omit<Mail, 'date' | 'from'> & { readonly sender: string };

/** Sealed for one row: moved to another, it does not open. */
export function sealContent(sealer: Sealer, id: string, content: Content): string {
  return sealer.seal(JSON.stringify(content), contextOf(id));
}

/** Throws where it was altered, belongs to another row, or its key is no longer configured. */
export function openContent(sealer: Sealer, id: string, sealed: string): Content {
  return JSON.parse(sealer.open(sealed, contextOf(id))) as Content;
}

function contextOf(id: string): string {
  return `outbox ${id}`;
}
