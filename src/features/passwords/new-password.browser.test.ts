import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToolkit, serveAt } from '#src/http/bench.ts';
import { view } from '#src/http/page.ts';
import { barriersOf, launchChromium } from '#src/testing/browser.ts';
import { fewestCharacters, type RuleSet } from './rules.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium([]);
});
afterAll(() => browser.close());

interface Model {
  readonly email: string;
  readonly policy: { readonly rules: RuleSet; readonly minLength: number };
  readonly faults: readonly string[];
}

/** A page to choose a password on, and what its console complained of. */
async function open(
  rules: RuleSet,
  settings: { javaScriptEnabled?: boolean; faults?: string[] } = {},
) {
  const { faults = [], ...look } = settings;
  const policy = { rules, minLength: fewestCharacters(rules) };
  const model = { email: 'ada.lovelace@example.com', policy, faults };
  const { port } = await serveAt((issuer) => {
    const { stack, page } = createToolkit({ issuer });
    const screen = view<Model>('recovery/password');
    return [...stack, (ctx) => page(ctx, screen, model, { csrf: 'sample' })];
  });
  const context = await browser.newContext(look);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const linesOf = (page: Page) => page.locator('#password-rules li').allInnerTexts();
const metOf = (page: Page) => page.locator('#password-rules .met').allTextContents();

const COMPOSITION = [
  '12 to 128 characters',
  'An upper-case letter',
  'A lower-case letter',
  'A digit',
  'A symbol, such as ! or -',
  'Without your name or email address',
];
const JUDGED_LATER = ['Not a password that many people use', 'None of your last 5 passwords'];

describe('the field of a new password', () => {
  it('says every rule before anything is typed, without a script as well', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await using opened = await open('composition', { javaScriptEnabled });
      expect(await linesOf(opened.page)).toStrictEqual([...COMPOSITION, ...JUDGED_LATER]);
      expect(await opened.page.isVisible('#password-strength')).toBe(false);
      expect(await metOf(opened.page)).toStrictEqual([]);
    }
    await using nist = await open('nist', { javaScriptEnabled: false });
    const [, ...rest] = COMPOSITION;
    const [personal] = rest.slice(-1);
    expect(await linesOf(nist.page)).toStrictEqual([
      '15 to 128 characters',
      personal,
      ...JUDGED_LATER,
    ]);
  });

  it('ticks them while it is typed, and takes the tick away again', async () => {
    await using opened = await open('composition');
    const { page, complaints } = opened;
    const done = (...lines: readonly (string | undefined)[]) =>
      lines.map((line) => `Done: ${line}`);
    await page.fill('#password', 'lovelace');
    expect(await metOf(page)).toStrictEqual(done(COMPOSITION[2], COMPOSITION[5]));
    await page.fill('#password', 'Ada.Lovelace-1815');
    expect(await metOf(page)).toStrictEqual(done(...COMPOSITION.slice(0, 5)));
    await page.fill('#password', 'Correct-Horse-9-Battery');
    expect(await metOf(page)).toStrictEqual(done(...COMPOSITION));
    await page.fill('#password', '');
    expect(await metOf(page)).toStrictEqual([]);
    expect(complaints).toStrictEqual([]);
  });

  it('says how hard it is to guess, in a word', async () => {
    await using opened = await open('composition');
    const { page } = opened;
    for (const [password, words] of [
      ['Password123!', 'Strength: Weak'],
      ['Correct-Horse-9-Battery', 'Strength: Strong'],
    ] as const) {
      await page.fill('#password', password);
      expect(await page.innerText('#password-strength')).toBe(words);
    }
    await page.fill('#password', '');
    expect(await page.isVisible('#password-strength')).toBe(false);
  });

  it('says what was wrong with the last, and takes the focus', async () => {
    await using opened = await open('composition', { faults: ['Add a digit.', 'Add <b>it</b>.'] });
    const { page } = opened;
    expect(await page.getByRole('alert').getByRole('listitem').allInnerTexts()).toStrictEqual([
      'Add a digit.',
      'Add <b>it</b>.',
    ]);
    expect(await page.evaluate('document.activeElement.id')).toBe('password');
    expect(await page.getAttribute('#password', 'aria-invalid')).toBe('true');
  });

  it('is given to password managers with its owner and its rules', async () => {
    await using opened = await open('composition');
    const { page } = opened;
    expect(await page.inputValue('[autocomplete="username"]')).toBe('ada.lovelace@example.com');
    // There for them, and for nobody else: out of sight, of the keyboard's way, and unsaid.
    const box = await page.locator('[autocomplete="username"]').boundingBox();
    expect((box?.width ?? 0) * (box?.height ?? 0)).toBeLessThanOrEqual(1);
    expect(await page.getAttribute('[autocomplete="username"]', 'tabindex')).toBe('-1');
    expect(await page.getAttribute('[autocomplete="username"]', 'aria-hidden')).toBe('true');
    expect(await page.getAttribute('#password', 'autocomplete')).toBe('new-password');
    expect(await page.getAttribute('#password', 'passwordrules')).toBe(
      'minlength: 12; maxlength: 128; required: upper; required: lower; required: digit; required: special;',
    );
  });

  it('keeps nobody out, empty, half-way or refused, by day or by night, narrow or wide', async () => {
    await using opened = await open('composition', { faults: ['Add a digit.'] });
    expect(await barriersOf(opened.page, 'new-password')).toStrictEqual([]);
    for (const password of ['short', 'Password123!', 'blue7Giraffe!?', 'Correct-Horse-9-Battery']) {
      await opened.page.fill('#password', password);
      expect(await barriersOf(opened.page, `new-password-${password.length}`)).toStrictEqual([]);
    }
  });
});
