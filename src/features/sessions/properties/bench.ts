import type { Entry } from '#src/infra/ephemeral/port.ts';
import { later } from '#src/kernel/clock.ts';
import { type RunningAvian, startAvian } from '#src/testing/avian.ts';
import { createFetch } from '#src/testing/browsing/wire.ts';
import type { TestClock } from '#src/testing/clock.ts';
import { type APerson, createWorld } from '#src/testing/instance.ts';
import { createRelyingApp, type RelyingApp } from '#src/testing/relying-app.ts';
import { signInScreen } from '#src/testing/screens/sign-in.ts';
import { signOutScreen } from '#src/testing/screens/sign-out.ts';
import { createFront } from '#src/testing/tls.ts';
import { createVisitor, type Visitor, type VisitorOptions } from '#src/testing/visitor.ts';

/** A running Avian, to whose one application people sign in. */
export interface KeptSessions extends AsyncDisposable {
  readonly avian: RunningAvian;
  readonly clock: TestClock;
  /** Sets the clock to so long after the time it began with, and signs somebody in who was never here before. */
  signIn(wait?: number): Promise<KeptSession>;
}

/** Where sessions are kept. */
export const STORES = ['redis', 'postgres'] as const;

/** A session, and somebody who holds on to its cookie. */
export interface KeptSession {
  readonly signedInAt: Date;
  /** Its key in the ephemeral store. */
  readonly key: string;
  /** What the ephemeral store has under it. */
  entry(): Promise<Entry | undefined>;
  /** Looks at a page of ours, which is a use; says whether it was shown. */
  use(): Promise<boolean>;
  /** Asks for the application without a question; says whether it was let in. A use as well. */
  visit(): Promise<boolean>;
  signOut(): Promise<void>;
}

const CALLBACK = 'https://dashboard.example/callback';

export async function keptSessions(store: (typeof STORES)[number]): Promise<KeptSessions> {
  const avian = await startAvian({ store });
  const { clock, issuer } = avian;
  const start = clock.now();
  const { aUser, anApp } = createWorld(avian.rooms);
  const app = { kind: 'spa', firstParty: true, redirectUris: [CALLBACK] } as const;
  const { id } = await anApp(app);
  const relying = await createRelyingApp({ issuer, client: { id }, redirectUri: CALLBACK });

  return {
    avian,
    clock,
    async signIn(wait = 0) {
      clock.set(later(start, wait));
      const person = await aUser();
      const visitor = createVisitor({ now: () => start.getTime() });
      const ask = async (browser: Visitor, parameters = {}) =>
        browser.open((await relying.ask({ parameters })).url, { from: relying.home });
      await signInScreen(await ask(visitor)).as(person);
      const cookie = visitor.cookies.find('avian-session')?.value ?? '';
      const key = `oidc:Session:${avian.avian.core.digest.of('oidc:Session', cookie)}`;
      const holder = holderOf(visitor, issuer);
      return {
        signedInAt: clock.now(),
        key,
        entry: () => avian.avian.store.get(key),
        use: async () => (await holder.open(`${issuer}/account/email`)).status === 200,
        visit: async () => (await ask(holder, { prompt: 'none' })).url.searchParams.has('code'),
        async signOut() {
          await signOutScreen(await visitor.open(relying.signOutUrl({ client_id: id }))).yes();
        },
      };
    },
    [Symbol.asyncDispose]: () => avian[Symbol.asyncDispose](),
  };
}

/** Presents the cookies that the visitor has now for ever, whatever it is told. */
function holderOf(visitor: Visitor, issuer: string): Visitor {
  const holder = createVisitor({ now: () => 0 });
  const lines = visitor.cookies
    .all()
    .map(({ name, value, path }) => `${name}=${value}; Path=${path}`);
  holder.cookies.take(new URL(issuer), lines);
  const deaf: Pick<Visitor['cookies'], 'take'> = { take: () => undefined };
  Object.assign(holder.cookies, deaf);
  return holder;
}

/** A browser, and each line by which a cookie was set at it. */
export interface WatchedBrowser {
  readonly visitor: Visitor;
  readonly lines: readonly string[];
}

/** An Avian behind https, or at a plain address, and two applications on sites of their own. */
export interface Site extends AsyncDisposable {
  readonly issuer: string;
  readonly apps: readonly [RelyingApp, RelyingApp];
  aUser(): Promise<APerson>;
  browser(options?: VisitorOptions): WatchedBrowser;
}

const HOST = 'id.avian-test.example';
const APPS = ['https://app.flock-test.example/callback', 'https://wiki.wing-test.example/callback'];

export async function aSite(
  scheme: 'http' | 'https',
  store: (typeof STORES)[number],
): Promise<Site> {
  await using opening = new AsyncDisposableStack();
  const front = scheme === 'https' ? opening.use(await createFront([HOST])) : undefined;
  const avian = opening.use(
    await startAvian({
      store,
      ...(front && { issuer: front.origin(HOST) }),
      config: { trustProxy: { kind: 'hops', hops: 1 } },
    }),
  );
  front?.serve(HOST, avian.url);
  const { issuer } = avian;
  const { aUser, anApp } = createWorld(avian.rooms);
  const connect = async (redirectUri: string) => {
    const { id } = await anApp({ kind: 'spa', firstParty: true, redirectUris: [redirectUri] });
    const reach = front && { fetch: createFetch(front) };
    return createRelyingApp({ issuer, client: { id }, redirectUri, ...reach });
  };
  const [one = '', other = ''] = APPS;
  const apps = [await connect(one), await connect(other)] as const;

  const opened = opening.move();
  return {
    issuer,
    apps,
    aUser: () => aUser(),
    browser(options) {
      const visitor = createVisitor({ ...front, ...options });
      const lines: string[] = [];
      const { take } = visitor.cookies;
      const watched: Pick<Visitor['cookies'], 'take'> = {
        take(url, set) {
          if (url.origin === issuer) lines.push(...set);
          take(url, set);
        },
      };
      Object.assign(visitor.cookies, watched);
      return { visitor, lines };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
