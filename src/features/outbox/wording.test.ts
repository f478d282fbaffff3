import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainModel, plainText } from './wording.ts';

const ISSUER = 'https://id.example.test';

const wild = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ...['https://', 'http://', '//', 'www.', 'evil', '.', '。', '．', 'test', '/', 'x@', ' '],
        ...['\r\n', '\n', '\0', '\u202e', '\u2028', 'id.example.test', 'Ada', '1', ':', '\ud800'],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

/** What a mail program makes a link of: a scheme, or a name with a dot in it. */
const LINK = /:\/\/|[^\s.。．｡][.。．｡]\p{L}/u;

describe('a text that people chose', () => {
  it('is one line, without control or direction characters, and nothing in it is a link', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const plain = plainText(text);
        expect(plain).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        expect(plain).not.toMatch(LINK);
        expect(plain.isWellFormed()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Jean-Luc O’Neil, Jr.', 'Jean-Luc O’Neil, Jr.'],
    ['Version 1.2, 50 %', 'Version 1.2, 50 %'],
    ['Win at https://evil.test/x', 'Win at https: //evil. test/x'],
    ['evil.test', 'evil. test'],
    ['Ada\r\nYour password was changed', 'Ada Your password was changed'],
  ])('reads %j as %j', (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });
});

describe('a model', () => {
  it('keeps links of ours and mail addresses, and what is no text', () => {
    const at = new Date('2030-01-01T12:00:00.000Z');
    const model = {
      link: `${ISSUER}/verify?token=a_b-c`,
      email: 'ada@x.test',
      days: 7,
      again: true,
      nothing: null,
      at,
    };
    expect(plainModel(model, ISSUER)).toStrictEqual(model);
  });

  it.each([
    `${ISSUER}.evil.test/`,
    `${ISSUER}@evil.test/`,
    `${ISSUER}/ https://evil.test`,
    `${ISSUER}/\nhttps://evil.test`,
    'https://evil.test/https://id.example.test/',
    'evil.test ada@x.test',
  ])('keeps no other: %j', (text) => {
    expect(plainModel({ text }, ISSUER)['text']).not.toMatch(LINK);
  });

  it('is gone through to the bottom', () => {
    const model = { list: [{ name: 'a.b' }, 'c.d'], record: { name: 'e\nf' } };
    expect(plainModel(model, ISSUER)).toStrictEqual({
      list: [{ name: 'a. b' }, 'c. d'],
      record: { name: 'e f' },
    });
  });
});
