import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import Koa from 'koa';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToolkit, serveAt } from './bench.ts';
import { samplesOf } from './samples/bench.ts';
import type { Sample } from './samples/parts/bench.ts';

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

/** Of the samples of each view, the one that shows most; the others show less of the same. */
const FULLEST = new Set(
  Object.values(
    Object.groupBy(STAYING, ([, { view }]) => view) as Record<string, typeof STAYING>,
  ).map(
    (samples) =>
      samples.toSorted(([, one], [, other]) => sizeOf(other) - sizeOf(one))[0]?.[0] ?? '',
  ),
);

function sizeOf(sample: Sample): number {
  const ctx = { body: '', set: () => undefined, response: { get: () => '' } };
  sample.show(createToolkit().page, ctx as unknown as Parameters<Sample['show']>[1]);
  return ctx.body.length;
}

/** One window that looks at one page after another. */
describe('every page', () => {
  let served: Server;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    served = await serveSamples();
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await page.context().close();
    await served[Symbol.asyncDispose]();
  });

  it.each(STAYING)(
    'breaks no rule of WCAG 2.2 AA, light or dark, wide or narrow, and nothing of its own policy: %s',
    async (name) => {
      complaints.length = 0;
      await page.goto(`${served.url}/${name}`);
      await page.evaluate(AXE);
      for (const { colorScheme, width } of FULLEST.has(name) ? LOOKS : LOOKS.slice(-1)) {
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
    },
  );

  it.each([...FULLEST])(
    'is never wider than the window, however long its words: %s',
    async (name) => {
      await page.setViewportSize({ width: 320, height: 800 });
      await page.goto(`${served.url}/${name}?long`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    },
  );
});

interface Server extends AsyncDisposable {
  readonly url: string;
}

/** Every sample by its name; with `?long`, in longer words. */
async function serveSamples(): Promise<Server> {
  const long = samplesOf((text) => `${text} ${LONG}`);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { stack, page } = createToolkit({ issuer: url });
  const app = new Koa({ proxy: true });
  for (const part of stack) app.use(part);
  app.use((ctx) => {
    const name = ctx.path.slice(1);
    const sample = (ctx.querystring === 'long' ? long : SAMPLES)[name];
    // What a page asks for by itself is not there, and it has to bear that.
    if (sample) sample.show(page, ctx);
    else ctx.body = {};
  });
  const answer = app.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the sign-in page', () => {
  it('works with the keyboard alone, in the order it is read', async () => {
    await using opened = await open(sampleOf('sign-in'));
    const focused = () =>
      opened.page.evaluate('document.activeElement.id || document.activeElement.textContent');
    const order = [await focused()];
    for (let step = 0; step < 5; step += 1) {
      await opened.page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual([
      'login',
      'password',
      'Show password',
      'Forgot your password?',
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

describe('the page of sessions', () => {
  it('works with the keyboard alone, in the order it is read, past what is on every page', async () => {
    await using opened = await open(sampleOf('sessions'));
    const { keyboard } = opened.page;
    const focused = () => opened.page.evaluate<string>('document.activeElement.textContent');
    await keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await keyboard.press('Enter');
    const order: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      await keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual([
      'Sign out everywhere else',
      'Sign out this browser',
      'Sign out Safari on iPhone',
      'Sign out Unknown browser',
    ]);
  });

  it('puts the reader before what they did', async () => {
    await using opened = await open(sampleOf('sessions-ended'));
    expect(await opened.page.evaluate('document.activeElement.id')).toBe('done');
  });
});

describe('the hop', () => {
  it('goes on by itself, without a script', async () => {
    await using opened = await open(sampleOf('hop'), { javaScriptEnabled: false });
    await opened.page.waitForURL('**/auth?client_id=x&state=y&_b=1');
    expect(await opened.page.innerText('body')).toBe('arrived');
  });
});
