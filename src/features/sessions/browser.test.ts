import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { browserOf, isSameBrowser } from './browser.ts';

const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const blink = (system: string, names: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${names} Safari/537.36`;
const WINDOWS = 'Windows NT 10.0; Win64; x64';
const gecko = (system: string) => `Mozilla/5.0 (${system}; rv:141.0) Gecko/20100101 Firefox/141.0`;

describe('a browser', () => {
  it.each([
    ['Firefox', 'Windows', gecko(WINDOWS)],
    ['Firefox', 'Linux', gecko('X11; Linux x86_64')],
    ['Firefox', 'Android', gecko('Android 14; Mobile')],
    ['Firefox', 'Android tablet', gecko('Android 14; Tablet')],
    ['Firefox', 'iOS', `${IPHONE} FxiOS/141.0 Mobile/15E148 Safari/605.1.15`],
    ['Firefox', 'iPadOS', `${IPAD} FxiOS/141.0 Mobile/15E148 Safari/605.1.15`],
    ['Firefox', 'iPadOS', `${MAC} FxiOS/141 Safari/605.1.15`],
    ['Safari', 'macOS', `${MAC} Version/18.5 Safari/605.1.15`],
    ['Safari', 'iOS', `${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`],
    ['Safari', 'iPadOS', `${IPAD} Version/18.5 Mobile/15E148 Safari/604.1`],
    ['Chrome', 'Windows', blink(WINDOWS, 'Chrome/138.0.0.0')],
    ['Chrome', 'Chrome OS', blink('X11; CrOS x86_64 14541.0.0', 'Chrome/138.0.0.0')],
    ['Chrome', 'Android', blink('Linux; Android 10; K', 'Chrome/138.0.0.0 Mobile')],
    ['Chrome', 'Android tablet', blink('Linux; Android 10; K', 'Chrome/138.0.0.0')],
    ['Chrome', 'iOS', `${IPHONE} CriOS/138.0.7204.33 Mobile/15E148 Safari/604.1`],
    ['Microsoft Edge', 'Windows', `${blink(WINDOWS, 'Chrome/138.0.0.0')} Edg/138.0.0.0`],
    ['Microsoft Edge', 'iOS', `${IPHONE} Version/18.0 EdgiOS/138.0.0.0 Mobile/15E148 Safari/604.1`],
    ['Opera', 'Windows', `${blink(WINDOWS, 'Chrome/138.0.0.0')} OPR/122.0.0.0`],
    [
      'Samsung Internet',
      'Android',
      blink('Linux; Android 10; K', 'SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile'),
    ],
    ['Headless Chrome', 'Linux', blink('X11; Linux x86_64', 'HeadlessChrome/138.0.0.0')],
    [
      'WebView',
      'Android',
      blink('Linux; Android 14; Pixel 8; wv', 'Version/4.0 Chrome/138.0.0.0 Mobile'),
    ],
    ['WebView', 'iOS', `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/500]`],
    ['Firefox', 'Unknown', gecko('X11; FreeBSD amd64')],
    ['Unknown', 'Unknown', 'curl/8.5.0'],
    ['Unknown', 'Unknown', ''],
    ['Unknown', 'Unknown', undefined],
  ])('is %s on %s', (family, platform, userAgent) => {
    expect(browserOf(userAgent)).toStrictEqual({ family, platform });
  });

  it('is told in words of our own, whatever is sent', () => {
    const parts = fc.constantFrom(
      ...['Mozilla/5.0 ', '(', ')', 'Android', 'iPhone', 'Macintosh', 'mac os x ', 'like Gecko'],
      ...[
        'Chrome/',
        'Safari',
        'Version/',
        'Windows ',
        'opt/',
        'linespider-',
        '1.',
        '_',
        '11111',
        '/ ',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.array(parts, { maxLength: 60 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (userAgent) => {
        const { family, platform } = browserOf(userAgent);
        expect(family).toMatch(/^[A-Z][A-Za-z -]{1,30}$/);
        expect(platform).toMatch(/^(?:i(?:Pad)?OS|macOS|[A-Z][A-Za-z ]{3,13}(?: 4)?)$/);
        expect(`${family} ${platform}`).not.toContain('0wned');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'Your-Bank.example/1 (x)',
    'Call 555-1234 now/1.0 (x)',
    '__proto__/1 (x)',
    'constructor',
  ])('is not named by its own words: %s', (userAgent) => {
    expect(browserOf(userAgent).family).toBe('Unknown');
  });

  it('is read from the first 256 characters alone', () => {
    const long = `${' '.repeat(256)}Firefox/141.0 (Windows NT 10.0)`;
    expect(browserOf(long)).toStrictEqual(browserOf());
    expect(browserOf(`${gecko(WINDOWS)} ${'x'.repeat(1e6)}`).family).toBe('Firefox');
  });
});

describe('two browsers', () => {
  const a = (family: string, platform: string) => ({ family, platform });

  it.each([
    [true, a('Chrome', 'Windows'), a('Chrome', 'Windows')],
    [true, a('Unknown', 'Unknown'), a('Unknown', 'Unknown')],
    [true, a('Safari', 'iPadOS'), a('Safari', 'macOS')],
    [true, a('Chrome', 'Linux'), a('Chrome', 'Android tablet')],
    [false, a('Chrome', 'Windows'), a('Microsoft Edge', 'Windows')],
    [false, a('Chrome', 'Windows'), a('Chrome', 'macOS')],
    [false, a('Chrome', 'Windows'), a('Unknown', 'Unknown')],
    [false, a('Unknown', 'Unknown'), a('Chrome', 'Windows')],
    [false, a('Safari', 'iOS'), a('Safari', 'macOS')],
    [false, a('Chrome', 'Android'), a('Chrome', 'Linux')],
    [false, a('Chrome', 'Android tablet'), a('Chrome', 'macOS')],
    [false, a('Firefox', 'iPadOS'), a('Safari', 'macOS')],
  ])('may be the same: %s for %o and %o', (expected, one, other) => {
    expect(isSameBrowser(one, other)).toBe(expected);
    expect(isSameBrowser(other, one)).toBe(expected);
  });
});
