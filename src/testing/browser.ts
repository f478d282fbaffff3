import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright';
import { pathOf } from './install.ts';

/**
 * Chromium as this machine has it. The names given lead to this machine and every other name nowhere,
 * so no test can ask the world outside.
 */
export async function launchChromium(hosts: readonly string[]): Promise<Browser> {
  const mapped = hosts.map((host) => `MAP ${host} 127.0.0.1`);
  const rules = [...mapped, 'MAP * ~NOTFOUND', 'EXCLUDE localhost', 'EXCLUDE 127.0.0.1'];
  return chromium.launch({
    executablePath: pathOf('chromium'),
    args: [
      `--host-resolver-rules=${rules.join(', ')}`,
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-first-run',
      '--disable-gpu',
      // Its sandbox refuses to work for root, which containers run tests as.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

/** A browser profile that remembers everything its pages complained about. */
export interface Profile extends AsyncDisposable {
  readonly context: BrowserContext;
  /** Errors of the console, of scripts, and of blocked requests, in the order they came. */
  readonly complaints: readonly string[];
  tab(): Promise<Page>;
}

export async function createProfile(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Profile> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  context.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error')
      complaints.push(`${message.page()?.url() ?? ''}: ${message.text()}`);
  });
  context.on('weberror', (error) => void complaints.push(String(error.error())));
  return {
    context,
    complaints,
    tab: () => context.newPage(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** How people look at a page: by day and by night, on a telephone and on a desk. */
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, width })),
);

/**
 * What keeps people out of the page, element by element, in whichever look: what axe finds against
 * WCAG 2.2 AA, and that it has to be scrolled sideways (WCAG 1.4.10). Nothing, it should be. Keeps a
 * picture of each look in the folder that SCREENSHOTS names, if it does.
 */
export async function barriersOf(page: Page, name: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const barriers: string[] = [];
  for (const { colorScheme, width } of LOOKS) {
    // Without motion: a colour half-way from one look to the other is nobody's.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    const found = [...(await faultsOf(page)), ...(await overflowOf(page))];
    barriers.push(...found.map((one) => `${name}, ${colorScheme}, ${width} px: ${one}`));
    await keepPicture(page, `${name}-${colorScheme}-${width}`);
  }
  return barriers;
}

async function faultsOf(page: Page): Promise<string[]> {
  const options = JSON.stringify({ runOnly: RULES, resultTypes: ['violations'] });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} at ${html}: ${failureSummary ?? ''}`),
  );
}

async function overflowOf(page: Page): Promise<string[]> {
  const [needed, given] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return needed > given ? [`it is ${needed} px wide where ${given} px are given`] : [];
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
