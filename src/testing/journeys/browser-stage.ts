import type { BrowserContextOptions, Page } from 'playwright';
import { createDemoApp } from '../../../docs/connect/app.ts';
import type { DemoAppOptions } from '../../../docs/connect/options.ts';
import { type RunningAvian, startAvian } from '../avian.ts';
import { createProfile, launchChromium, type Profile } from '../browser.ts';
import { createFetch } from '../browsing/wire.ts';
import type { TestClock } from '../clock.ts';
import { type APerson, type AppDraft, createWorld, type World } from '../instance.ts';
import type { Post } from '../post.ts';
import { createFront, type Front } from '../tls.ts';

const IDP = 'idp.avian-test.example';

/** Hosts of applications, each on a site of its own. */
export const DASHBOARD = 'app.flock-test.example';
export const WIKI = 'wiki.wing-test.example';

/** Avian, applications on other sites, TLS in front of all, and a Chromium to visit them with. */
export interface BrowserStage extends World, Post, AsyncDisposable {
  readonly issuer: string;
  readonly clock: TestClock;
  readonly rooms: RunningAvian['rooms'];
  readonly front: Front;
  /** A demo application on one of the hosts, registered and running. */
  demo(
    host: string,
    options?: Partial<DemoAppOptions>,
    draft?: Partial<AppDraft>,
  ): Promise<DemoSite>;
  /** Somebody's browser profile. */
  profile(options?: BrowserContextOptions): Promise<Profile>;
}

export interface DemoSite extends AsyncDisposable {
  readonly url: string;
  readonly clientId: string;
}

export async function setBrowserStage(): Promise<BrowserStage> {
  await using opening = new AsyncDisposableStack();
  const front = opening.use(await createFront([IDP, DASHBOARD, WIKI]));
  const issuer = front.origin(IDP);
  const avian = opening.use(
    await startAvian({
      issuer,
      clock: createRunningClock(),
      config: { trustProxy: { kind: 'hops', hops: 1 } },
    }),
  );
  front.serve(IDP, avian.url);
  const browser = opening.adopt(await launchChromium(front.hosts), (one) => one.close());
  const world = createWorld(avian.rooms);
  const opened = opening.move();

  return {
    ...world,
    issuer,
    front,
    clock: avian.clock,
    rooms: avian.rooms,
    deliver: avian.deliver,
    letterTo: avian.letterTo,
    lettersTo: avian.lettersTo,
    demo: (host, options, draft) => startDemo({ front, issuer, world }, host, options, draft),
    profile: (options) => createProfile(browser, options),
    async [Symbol.asyncDispose]() {
      await opened.disposeAsync();
      if (avian.complaints.length > 0) throw new Error(avian.complaints.join('\n'));
    },
  };
}

async function startDemo(
  { front, issuer, world }: { front: Front; issuer: string; world: World },
  host: string,
  options: Partial<DemoAppOptions> = {},
  draft: Partial<AppDraft> = {},
): Promise<DemoSite> {
  const url = front.origin(host);
  const name = options.name ?? 'Flock Dashboard';
  const { id, secret = '' } = await world.anApp({
    kind: 'web',
    name,
    firstParty: true,
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/signed-out`],
    ...draft,
  });
  const app = await createDemoApp({
    name,
    issuer,
    clientId: id,
    clientSecret: secret,
    baseUrl: url,
    fetch: createFetch(front),
    ...options,
  });
  front.serve(host, app.address);
  return { url, clientId: id, [Symbol.asyncDispose]: () => app.close() };
}

/** The time that Chromium sees, too: what it is told to keep until then is compared with its own clock. */
function createRunningClock(): TestClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    pass: (milliseconds) => {
      ahead += milliseconds;
    },
    set: (instant) => {
      ahead = instant.getTime() - Date.now();
    },
  };
}

/** Fills in the sign-in page and sends it. */
export async function signIn(
  page: Page,
  { email, password }: Pick<APerson, 'email' | 'password'>,
): Promise<void> {
  await page.locator('input[name=login]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('#login-submit').click();
}
