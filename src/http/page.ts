import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Eta } from 'eta/core';
import type { Context } from 'koa';
import { escapeHtml } from '#src/kernel/escape.ts';
import type { Assets } from './assets.ts';
import { allowConnections, allowFormAction } from './csp.ts';
import type { Csrf } from './csrf.ts';

declare const told: unique symbol;

/** A page: its file below views/, and what it must be told to be written. */
export interface View<Model extends object> {
  readonly name: string;
  readonly [told]?: (model: Model) => void;
}

/** Names the page in `views/<name>.eta`. */
export function view<Model extends object>(name: string): View<Model> {
  return { name };
}

export interface PageOptions {
  readonly status?: number;
  /** Where forms of this page may lead in the end, besides here: an origin or a scheme (F9). */
  readonly formAction?: string;
  /** What the page's forms belong to; a page with a form of ours can't be shown without (R15.6). */
  readonly csrf?: string;
  /** For pages with a secret in their address (R14.4). */
  readonly referrer?: 'no-referrer';
  /** The page asks this server by itself, now and then; no other page of ours may ask for anything. */
  readonly asks?: true;
}

/** Answers with a page that no cache keeps. */
export type ShowPage = <Model extends object>(
  ctx: Context,
  view: View<Model>,
  model: Model,
  options?: PageOptions,
) => void;

interface PageParts {
  /** The folder views/. */
  readonly dir: string;
  readonly assets: Pick<Assets, 'url'>;
  readonly csrf: Pick<Csrf, 'issue'>;
  readonly issuer: URL;
  /** Whose pages these are, as it stands above each. */
  readonly product: string;
}

/**
 * Reads and compiles every view at once, so that a broken one stops the start and not a visitor.
 * Whatever a view prints is escaped.
 */
export function createPages({ dir, assets, csrf, issuer, product }: PageParts): ShowPage {
  const eta = new Eta({ autoEscape: true, escapeFunction: escapeHtml });
  for (const name of viewsIn(dir)) {
    eta.loadTemplate(name, readFileSync(join(dir, `${name}.eta`), 'utf8'));
  }

  return (ctx, view, model, options = {}) => {
    const page = {
      product,
      host: issuer.host,
      asset: assets.url,
      csrf: () => csrf.issue(bindingOf(view, options)),
    };
    const html = eta.render(view.name, { ...model, page });
    ctx.status = options.status ?? 200;
    ctx.set('Cache-Control', 'no-store');
    if (options.referrer) ctx.set('Referrer-Policy', options.referrer);
    if (options.formAction) allowFormAction(ctx, options.formAction);
    if (options.asks) allowConnections(ctx);
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = html;
  };
}

function bindingOf(view: { readonly name: string }, { csrf }: PageOptions): string {
  if (csrf === undefined) throw new TypeError(`The form in ${view.name} is bound to nothing.`);
  return csrf;
}

/** Every page's name: `sign-in/consent` for `sign-in/consent.eta`, on any system. Mails are no pages. */
export function viewsIn(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.eta'))
    .map((file) => file.slice(0, -'.eta'.length).replaceAll(sep, '/'))
    .filter((name) => !MAIL.test(name))
    .toSorted();
}

/** What mails consist of, and are dressed in (infra/mail/render.ts). */
const MAIL = /^mail\/|^(?:layouts|partials)\/mail(?:-|$)/;

const SEE_OTHER = 303;

/** Sends the browser on with a GET, whatever it came with (RFC 9700 §4.12). */
export function seeOther(ctx: Context, address: string): void {
  ctx.status = SEE_OTHER;
  ctx.redirect(address);
}
