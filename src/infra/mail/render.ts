import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Eta } from 'eta/core';
import { escapeHtml, printed } from '#src/kernel/escape.ts';
import type { MailViews } from '#src/kernel/mail.ts';

/** Where mails are, and what they may be dressed in, below the folder of views. */
const MAILS = 'mail/';
const DRESS = /^(?:layouts|partials)\/mail(?:-|$)/;

const PARTS = ['html', 'txt'] as const;

/**
 * The mails in `<dir>/mail`, each in two parts: `<topic>.html.eta`, in which all that is printed is
 * escaped, and `<topic>.txt.eta`, in which it stands as it is.
 *
 * Reads and compiles all of them at once: a broken one, or one that lacks a part, stops the start and not
 * an act that wanted to tell somebody.
 */
export function createMailViews({ dir }: { readonly dir: string }): MailViews {
  const names = namesIn(dir);
  const topics = topicsOf(names);
  const html = new Eta({ autoEscape: true, escapeFunction: escapeHtml });
  const text = new Eta({ autoEscape: false, filterFunction: printed, autoFilter: true });
  for (const name of names) {
    const source = readFileSync(join(dir, `${name}.eta`), 'utf8');
    if (name.endsWith('.txt')) text.loadTemplate(name, keepingLines(source));
    else html.loadTemplate(name, source);
  }

  return {
    render(topic, model) {
      if (!topics.has(topic)) throw new TypeError(`There is no mail ${topic}.`);
      return {
        text: tidy(text.render(`${MAILS}${topic}.txt`, model)),
        html: html.render(`${MAILS}${topic}.html`, model),
      };
    },
  };
}

/** The topics there are; throws for a view that is no part of a mail, or is the only one of its topic. */
function topicsOf(names: readonly string[]): ReadonlySet<string> {
  const mails = names.filter((name) => name.startsWith(MAILS));
  const stray = mails.find((name) => !PARTS.some((part) => name.endsWith(`.${part}`)));
  if (stray !== undefined) throw new TypeError(`The view ${stray} is neither a .html nor a .txt.`);
  const topics = new Set(mails.map((name) => name.slice(MAILS.length).replace(/\.[a-z]+$/, '')));
  for (const topic of topics) {
    for (const part of PARTS) {
      if (!mails.includes(`${MAILS}${topic}.${part}`))
        throw new TypeError(`The mail ${topic} has no ${part} part.`);
    }
  }
  return topics;
}

function namesIn(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.eta'))
    .map((file) => file.slice(0, -'.eta'.length).replaceAll(sep, '/'))
    .filter((name) => name.startsWith(MAILS) || DRESS.test(name));
}

/** Eta takes away a line break behind a tag. Behind a value that is printed it is meant: it ends the line. */
function keepingLines(source: string): string {
  return source.replace(/(<%[-_]?\s*[=~](?:(?!%>)[\s\S])*%>)(\r?\n)/g, '$1$2$2');
}

/** No blank at a line's end, no two blank lines in a row, and one line break at the end. */
function tidy(text: string): string {
  const lines = text.replace(/[^\S\n]+$/gm, '').replace(/\n{3,}/g, '\n\n');
  return `${lines.trim()}\n`;
}
