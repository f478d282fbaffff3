import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToolkit, serveAt } from './bench.ts';
import { type Sample, samplesOf } from './samples/bench.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = JSON.stringify({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
});

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(() => browser.close());

interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly javaScriptEnabled?: boolean;
  readonly forcedColors?: 'active';
}

/** Opens a sample, and hands over the page with everything its console complained of. */
async function open(sample: Sample, { width = 1280, ...look }: Look = {}) {
  const { port } = await serveAt((issuer) => {
    const { stack, page } = createToolkit({ issuer });
    return [...stack, (ctx) => (ctx.query['_b'] ? arrive(ctx) : sample.show(page, ctx))];
  });
  // A colour half-way between two schemes is nobody's design.
  const still = { reducedMotion: 'reduce' } as const;
  const viewport = { width, height: 800 };
  const context = await browser.newContext({ viewport, ...still, ...look });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

function arrive(ctx: { body: unknown }): void {
  ctx.body = 'arrived';
}

async function violationsOn(page: Page) {
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${RULES})`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const SAMPLES = samplesOf();
const sampleOf = (name: string) => SAMPLES[name] as Sample;
/** The hop leaves at once. */
const STAYING = Object.entries(SAMPLES).filter(([name]) => name !== 'hop');
const LONG = 'Donaudampfschifffahrtsgesellschaft'.repeat(3);

const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'dark', width: 320 },
  { colorScheme: 'light', width: 320 },
] as const;

describe.each(STAYING)('the page %s', (name, sample) => {
  it('breaks no rule of WCAG 2.2 AA, light or dark, wide or narrow, and nothing of its own policy', async () => {
    await using opened = await open(sample);
    const { page, complaints } = opened;
    await page.evaluate(AXE);
    for (const { colorScheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect({ colorScheme, width, violations: await violationsOn(page) }).toEqual({
        colorScheme,
        width,
        violations: [],
      });
    }
    // Chromium reports every answer of 400 and above, and may report nothing else.
    expect(complaints.filter((text) => !/status of 4(?:03|10|22) /.test(text))).toEqual([]);
  });

  it('is never wider than the window, however long its words', async () => {
    const long = samplesOf((text) => `${text} ${LONG}`)[name];
    await using opened = await open(long ?? sample, { width: 320 });
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });
});

describe('the sign-in page', () => {
  it('works with the keyboard alone, in the order it is read', async () => {
    await using opened = await open(sampleOf('sign-in'));
    const focused = () =>
      opened.page.evaluate('document.activeElement.id || document.activeElement.textContent');
    const order = [await focused()];
    for (let step = 0; step < 4; step += 1) {
      await opened.page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual([
      'login',
      'password',
      'Show password',
      'login-submit',
      'Cancel and go back to Flock Dashboard',
    ]);
  });

  it('shows the password on request, and hides it before it is sent', async () => {
    await using opened = await open(sampleOf('sign-in'));
    const { page } = opened;
    await page.fill('#login', 'ada@example.com');
    await page.fill('#password', 'correct horse');
    await page.click('[data-shows]');
    expect(await page.getAttribute('#password', 'type')).toBe('text');
    expect(await page.innerText('[data-shows]')).toMatch(/^Hide/);
    await page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())");
    await page.click('#login-submit');
    expect(await page.getAttribute('#password', 'type')).toBe('password');
  });

  it('sends a form once, however often its button is pressed, and says that it does', async () => {
    await using opened = await open(sampleOf('sign-in'));
    const { page } = opened;
    await page.fill('#login', 'ada@example.com');
    await page.fill('#password', 'correct horse');
    const width = await page.locator('#login-submit').evaluate((button) => button.clientWidth);
    await page.evaluate(`
      globalThis.sent = 0;
      document.addEventListener('submit', (event) => {
        if (!event.defaultPrevented) globalThis.sent += 1;
        event.preventDefault();
      });
    `);
    for (let press = 0; press < 3; press += 1) await page.locator('#login-submit').press('Enter');
    expect(await page.evaluate('globalThis.sent')).toBe(1);
    expect(await page.innerText('#login-submit')).toBe('Signing in…');
    const after = await page.locator('#login-submit').evaluate((button) => button.clientWidth);
    expect(after).toBe(width);
  });

  it('asks for nothing that needs a script, where there is none', async () => {
    await using opened = await open(sampleOf('sign-in'), { javaScriptEnabled: false });
    expect(await opened.page.isVisible('#login-submit')).toBe(true);
    expect(await opened.page.isVisible('[data-shows]')).toBe(false);
  });

  it('keeps its edges in forced colours', async () => {
    await using opened = await open(sampleOf('sign-in'), { forcedColors: 'active' });
    const width = "getComputedStyle(document.querySelector('#login-submit')).borderTopWidth";
    expect(await opened.page.evaluate(width)).toBe('1px');
  });

  it('puts the reader before the message after a mistake', async () => {
    await using opened = await open(sampleOf('sign-in-wrong'));
    expect(await opened.page.evaluate('document.activeElement.id')).toBe('note');
  });
});

describe('the hop', () => {
  it('goes on by itself, without a script', async () => {
    await using opened = await open(sampleOf('hop'), { javaScriptEnabled: false });
    await opened.page.waitForURL('**/auth?client_id=x&state=y&_b=1');
    expect(await opened.page.innerText('body')).toBe('arrived');
  });
});
