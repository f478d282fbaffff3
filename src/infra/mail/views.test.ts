import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMailViews } from './render.ts';

const VIEWS = resolve(import.meta.dirname, '../../../views');
const FILES = globSync('mail/**/*.eta', { cwd: VIEWS }).toSorted();
const TOPICS = FILES.filter((file) => file.endsWith('.html.eta')).map((file) =>
  file.slice('mail/'.length, -'.html.eta'.length),
);
const DRESS = ['layouts/mail.eta', 'partials/mail-button.eta'];
const sourceOf = (file: string) => readFileSync(resolve(VIEWS, file), 'utf8');
const HTML = [...FILES.filter((file) => file.endsWith('.html.eta')), ...DRESS];

/** A model that has whatever is asked of it. */
function anything(text: string): Record<string, unknown> {
  const known: Record<string, unknown> = { page: { product: 'Avian', host: 'id.example.test' } };
  return new Proxy(known, {
    get: (target, name) => (name in target ? Reflect.get(target, name) : text),
    ownKeys: (target) => Reflect.ownKeys(target),
  });
}

describe('mails', () => {
  it('have two parts each, and nothing lies beside them', () => {
    expect(TOPICS.length).toBeGreaterThan(0);
    expect(FILES).toStrictEqual(
      TOPICS.flatMap((topic) => [`mail/${topic}.html.eta`, `mail/${topic}.txt.eta`]).toSorted(),
    );
    expect(() => createMailViews({ dir: VIEWS })).not.toThrow();
  });

  it.each(TOPICS)('say the same things in both parts of %s', (topic) => {
    const asked = (part: string) => {
      const names = sourceOf(`mail/${topic}.${part}.eta`).matchAll(/\bit\.([a-zA-Z]+)/g);
      return new Set(
        [...names].map(([, name]) => name).filter((name) => !DRESSING.has(name ?? '')),
      );
    };
    expect(asked('txt')).toStrictEqual(asked('html'));
  });

  it.each(TOPICS)('are whole in %s', (topic) => {
    const { text, html } = createMailViews({ dir: VIEWS }).render(topic, anything('w0rd'));
    for (const part of [text, html]) {
      expect(part).toContain('id.example.test');
      expect(part).not.toMatch(/undefined|\[object|<%|%>/);
    }
    expect(text).not.toMatch(/<[a-z/]|&(?:amp|lt|gt|quot|#)/i);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">/);
    expect(html.match(/<h1 /g)).toHaveLength(1);
  });

  it.each(TOPICS)('show people’s words as text in %s', (topic) => {
    const render = (text: string) =>
      createMailViews({ dir: VIEWS }).render(topic, anything(text)).html;
    const attack = `"><script>alert(1)</script><a href='//evil.test'>\``;
    const count = (html: string) => html.match(/<[a-z]/gi)?.length;
    expect(render(attack)).not.toContain(attack);
    expect(count(render(attack))).toBe(count(render('w0rd')));
  });

  it.each(HTML)('print nothing raw in %s but other views', (file) => {
    const raw = sourceOf(file).match(/<%[-_]?\s*~[\s\S]*?%>/g) ?? [];
    const own = file === 'layouts/mail.eta' ? ['<%~ it.body %>'] : [];
    const foreign = raw.filter((tag) => !/^<%~ include\('partials\/mail-[a-z-]+', /.test(tag));
    expect(foreign).toStrictEqual(own);
  });

  it.each(HTML)('load nothing and run nothing in %s', (file) => {
    const source = sourceOf(file);
    expect(source).not.toMatch(
      /<script|<img|<link|<iframe|<form|\bsrc=|url\(|\son[a-z]+=|@import/i,
    );
    expect(source.match(/href="(?!<%= it\.)[^"]*"/g) ?? []).toStrictEqual([]);
  });
});

/** What the outbox and the layout bring themselves. */
const DRESSING = new Set(['page', 'tenant', 'title', 'preview', 'reason']);
