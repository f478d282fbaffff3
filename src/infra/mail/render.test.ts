import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMailViews } from './render.ts';

const VIEWS = resolve(import.meta.dirname, '../../../views');

/** A folder of views with the product's layout and these mails. */
function viewsWith(files: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), 'avian-mails-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const part of ['layouts', 'partials']) {
    cpSync(join(VIEWS, part), join(dir, part), { recursive: true });
  }
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), source);
  }
  return createMailViews({ dir });
}

const BOTH = { 'mail/a/b.html.eta': '<p><%= it.x %></p>', 'mail/a/b.txt.eta': '[<%= it.x %>]' };
const WILD = `<b>&"'\``;

describe('a mail’s two parts', () => {
  it('print the same: escaped in HTML, as it is in text', () => {
    expect(viewsWith(BOTH).render('a/b', { x: WILD })).toStrictEqual({
      html: '<p>&lt;b&gt;&amp;&quot;&#39;&#96;</p>',
      text: `[${WILD}]\n`,
    });
  });

  it('print nothing where there is nothing', () => {
    expect(viewsWith(BOTH).render('a/b', { x: null })).toStrictEqual({
      html: '<p></p>',
      text: '[]\n',
    });
  });

  it('keep a text’s lines as its view has them, and none that only decided something', () => {
    const source = [
      'Hello <%= it.x %>',
      '<% if (it.y) { %>',
      'yes',
      '<% } %>',
      '',
      '',
      '',
      '<%= it.x %>',
      '',
      'end  ',
      '',
    ].join('\n');
    const views = viewsWith({ ...BOTH, 'mail/a/b.txt.eta': source });
    expect(views.render('a/b', { x: 'x', y: true }).text).toBe('Hello x\nyes\n\nx\n\nend\n');
    expect(views.render('a/b', { x: 'x' }).text).toBe('Hello x\n\nx\n\nend\n');
  });

  it('are dressed in the layout, with a button and its address', () => {
    const html = `<% layout('layouts/mail', { title: 'Confirm' }) %>
<%~ include('partials/mail-button', { href: it.link, label: 'Do it' }) %>`;
    const views = viewsWith({ ...BOTH, 'mail/a/b.html.eta': html });
    const model = { link: 'https://x.test/?a&b', tenant: '<Flock>', page: { host: 'x.test' } };
    const { html: whole } = views.render('a/b', model);
    expect(whole).toContain('<h1 style="');
    expect(whole).toContain('>Confirm</h1>');
    expect(whole).toContain('&lt;Flock&gt;');
    expect(whole).toContain('Sent by x.test.');
    expect(whole.match(/href="https:\/\/x\.test\/\?a&amp;b"/g)).toHaveLength(2);
    expect(whole).not.toMatch(/undefined|<%|%>/);
  });

  it('are of a mail that there is', () => {
    const views = viewsWith(BOTH);
    expect(() => views.render('a/c', {})).toThrow('There is no mail a/c.');
    expect(() => views.render('../layouts/base', {})).toThrow('There is no mail');
    expect(() => views.render('a/b.html', {})).toThrow('There is no mail');
  });
});

describe('the start', () => {
  it.each([
    ['lacks its text', { 'mail/a/b.html.eta': 'x' }, 'The mail a/b has no txt part.'],
    ['lacks its HTML', { 'mail/a/b.txt.eta': 'x' }, 'The mail a/b has no html part.'],
    ['has a third part', { ...BOTH, 'mail/a/b.eta': 'x' }, 'neither a .html nor a .txt'],
    ['is broken', { ...BOTH, 'mail/a/b.txt.eta': '<% if (x) { %>' }, 'Bad template syntax'],
  ])('is stopped by a mail that %s', (_, files, message) => {
    expect(() => viewsWith(files)).toThrow(message);
  });
});
