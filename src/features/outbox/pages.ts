import { Router, type RouterContext } from '@koa/router';
import { type ShowPage, view } from '#src/http/page.ts';
import { NotFound } from '#src/kernel/faults.ts';
import type { Mail } from '#src/kernel/mail.ts';
import type { DevMailbox } from './mailbox.ts';

interface Listed {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly sent: string;
}

/** A piece of a mail's text; a link of ours has its path, without the first slash. */
export interface Piece {
  readonly text: string;
  readonly path?: string;
}

export const MailboxPage = view<{ mails: readonly Listed[] }>('dev/mailbox');
export const MailPage = view<Listed & { from: string; pieces: readonly Piece[] }>('dev/mail');

export interface DevMailPagesDeps {
  readonly mailbox: Pick<DevMailbox, 'list' | 'find'>;
  readonly page: ShowPage;
  readonly issuer: string;
}

/** What was mailed, for who develops: `/dev/mail`. Never mounted in production. */
export function createDevMailPages({ mailbox, page, issuer }: DevMailPagesDeps): Router {
  const router = new Router();
  const find = (ctx: RouterContext): Mail => {
    const mail = mailbox.find(ctx.params['id'] ?? '');
    if (!mail) throw new NotFound('There is no such mail. The last hundred are kept.');
    return mail;
  };
  router.get('/dev/mail', (ctx) => page(ctx, MailboxPage, { mails: mailbox.list().map(listed) }));
  router.get('/dev/mail/:id', (ctx) => {
    const mail = find(ctx);
    const from = `${mail.from.name} <${mail.from.address}>`;
    page(ctx, MailPage, { ...listed(mail), from, pieces: piecesOf(mail.text, issuer) });
  });
  router.get('/dev/mail/:id/html', (ctx) => {
    ctx.body = find(ctx).html;
    ctx.type = 'text/html; charset=utf-8';
    ctx.set('Content-Security-Policy', AS_IN_A_MAIL_PROGRAM);
    ctx.set('Referrer-Policy', 'no-referrer');
  });
  return router;
}

/** It runs nothing, loads nothing, and has no part in this site: the styles it brings are all there is. */
const AS_IN_A_MAIL_PROGRAM =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

function listed({ messageId, to, subject, date }: Mail): Listed {
  return { id: encodeURIComponent(messageId), to, subject, sent: date.toISOString() };
}

/** A mail's text in pieces, so that links of ours can be followed, and no others. */
export function piecesOf(text: string, issuer: string): readonly Piece[] {
  const start = `${issuer}/`;
  return text.split(/(\S+)/).flatMap((piece) => {
    if (piece === '') return [];
    const path = piece.startsWith(start) ? piece.slice(start.length) : undefined;
    return [{ text: piece, ...(path !== undefined && !/^[/\\]/.test(path) && { path }) }];
  });
}
