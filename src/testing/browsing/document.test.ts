import { describe, expect, it } from 'vitest';
import { attribute, readDocument } from './document.ts';

describe('reading a page', () => {
  const page = readDocument(`<!doctype html><title>Sign in</title><style>p{}</style>
    <main id=main class="card wide"><h1>Sign  in</h1>
    <p>to <b>Flock</b>.</p><p hidden>secret</p><script>code()</script>
    <form><input name=login type=email><input name='other' type=text></form>
    <noscript><button id=go>Go on</button></noscript>`);

  it('finds by tag, id, class and attribute, alone and together', () => {
    const selectors = [
      'h1',
      '#main',
      '.wide',
      'main.card#main',
      '[name=login]',
      'input[name="login"][type=email]',
    ];
    expect(selectors.filter((selector) => !page.find(selector))).toEqual([]);
    expect(page.find('input[name=nobody]')).toBeUndefined();
  });

  it('finds what is nested, and any of a list', () => {
    expect(page.findAll('main form input')).toHaveLength(2);
    expect(page.find('form h1')).toBeUndefined();
    expect(page.findAll('h1, #go')).toHaveLength(2);
  });

  it('refuses a selector it cannot read, rather than find nothing', () => {
    expect(() => page.find('input:checked')).toThrow('no selector');
    expect(() => page.find('a > b')).toThrow('no selector');
  });

  it('reads what a person sees: no scripts, no styles, nothing hidden, and what noscript says', () => {
    expect(page.text).toBe('Sign in\nto Flock.\nGo on');
  });

  it('reads entities and attributes without quotes', () => {
    const link = readDocument('<a href=/auth?a=1&amp;b=2>x</a>').find('a');
    expect(link && attribute(link, 'href')).toBe('/auth?a=1&b=2');
  });
});
