import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWritten, normaliseEmail, normaliseName } from './text.ts';

/** Any text, with the characters that have upset address and name handling elsewhere made likely. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...[
            '@',
            '＠',
            '.',
            '-',
            ' ',
            '\u00a0',
            '\n',
            '\0',
            '\ud800',
            'J\u030c',
            'H\u0331',
            'İ',
            'Σ',
          ],
          ...['ﬁ', '\u200b', '\u200d', '\u202e', '\u0301', '\ufeff', '\u2028', 'a', 'Z', '9', 'é'],
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);

const address = fc
  .tuple(text, fc.constantFrom('x.test', 'X.Test', 'bücher.test', 'x．test', 'localhost'))
  .map(([local, domain]) => `${local || 'u'}@${domain}`);

describe('normaliseEmail', () => {
  it('is idempotent: what it made is what it makes of it', () => {
    fc.assert(
      fc.property(fc.oneof(text, address), (written) => {
        const once = normaliseEmail(written);
        fc.pre(once !== undefined);
        expect(normaliseEmail(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves no space, control character, second at-sign or list separator in an address', () => {
    fc.assert(
      fc.property(fc.oneof(text, address), (written) => {
        const made = normaliseEmail(written);
        if (made === undefined) return;
        expect(made).toMatch(/^[^\s\p{C},;:<>"()[\]\\@]+@[^\s\p{C},;:<>"()[\]\\@]+$/u);
        expect(Buffer.byteLength(made)).toBeLessThanOrEqual(254);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['upper case', 'Ada@Example.TEST', 'ada@example.test'],
    ['surrounding space', ' ada@x.test\r\n', 'ada@x.test'],
    ['a full-width at-sign and stop', 'ada＠x．test', 'ada@x.test'],
    ['a ligature', 'ﬁn@x.test', 'fin@x.test'],
    ['a letter and its accent apart', 'e\u0301@x.test', 'é@x.test'],
    ['a capital whose small form is composed', 'J\u030c@x.test', '\u01f0@x.test'],
    ['a plus tag, which is another address', 'ada+x@x.test', 'ada+x@x.test'],
    ['a quote mark that is no quotation', "o'neil@x.test", "o'neil@x.test"],
    ['a domain in Hindi', 'a@उदाहरण.test', 'a@उदाहरण.test'],
  ])('reads %s', (_, written, made) => {
    expect(normaliseEmail(written)).toBe(made);
  });

  it.each([
    ['nothing', ''],
    ['two addresses', 'u@x.test,evil@y.test'],
    ['two addresses apart by a semicolon', 'u@x.test;evil@y.test'],
    ['a header smuggled behind it', '"u@x.test"\r\nBcc: evil@y.test'],
    ['a header smuggled behind an address', 'u@x.test\r\nBcc: evil@y.test'],
    ['a quoted local part', '"u u"@x.test'],
    ['a display name', 'Ada <u@x.test>'],
    ['a comment', 'u(evil@y.test)@x.test'],
    ['a trailing dot', 'u@x.test.'],
    ['an empty label', 'u@x..test'],
    ['a label that ends with a dash', 'u@x-.test'],
    ['two at-signs', 'u@x.test@y.test'],
    ['a NUL', 'u\0@x.test'],
    ['a direction mark', 'u\u202e@x.test'],
    ['a zero-width space', 'u\u200b@x.test'],
    ['a lone surrogate', 'u\ud800@x.test'],
    ['an address literal', 'u@[127.0.0.1]'],
    ['a local part of 65 characters', `${'u'.repeat(65)}@x.test`],
    [
      '255 octets',
      `u@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(9)}`,
    ],
    ['an expansion beyond 254 octets', `${'\ufdfa'.repeat(20)}@x.test`],
    ['a megabyte', `${'u'.repeat(1_000_000)}@x.test`],
  ])('refuses %s', (_, written) => {
    expect(normaliseEmail(written)).toBeUndefined();
  });
});

describe('normaliseName', () => {
  it('is idempotent, well-formed, on one line and without surrounding space', () => {
    fc.assert(
      fc.property(text, (written) => {
        const once = normaliseName(written);
        expect(normaliseName(once)).toBe(once);
        expect(once.isWellFormed()).toBe(true);
        expect(once).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u);
        expect(once).toBe(once.trim());
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['keeps joiners that scripts need', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['keeps an emoji made of several', '👩\u200d🚀 Ada', '👩\u200d🚀 Ada'],
    ['parts words at a line break', 'Ada\r\nLovelace', 'Ada Lovelace'],
    ['closes an accent over a removed character', 'e\u200b\u0301', 'é'],
    ['takes direction marks out', 'Ada\u202egro.live', 'Adagro.live'],
    ['is empty where nothing can be seen', '\u200d \ufe0f', ''],
    ['leaves markup as it is, for the page to escape', '<b>Ada</b>', '<b>Ada</b>'],
  ])('%s', (_, written, made) => {
    expect(normaliseName(written)).toBe(made);
  });
});

describe('isWritten', () => {
  it.each([
    ['a tab and a line break', 'a\tb\r\nc', true],
    ['an emoji', '👩‍🚀', true],
    ['a NUL', 'a\0', false],
    ['a lone surrogate', '\udc00', false],
    ['a control character', '\u001b[2J', false],
  ])('of %s', (_, written, answer) => {
    expect(isWritten(written)).toBe(answer);
  });
});
