import type { ClientAuth } from 'openid-client';
import { client } from '#src/infra/postgres/units.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { type AvianOptions, type RunningAvian, startAvian } from '../avian.ts';
import type { TestClock } from '../clock.ts';
import { type AnApp, type AppDraft, createWorld, newMark, type World } from '../instance.ts';
import type { Post } from '../post.ts';
import { createRelyingApp, type RelyingApp } from '../relying-app.ts';
import { createVisitor, type Visitor, type VisitorOptions } from '../visitor.ts';

/** A relying application that is registered at the instance, and how it was. */
export interface App extends RelyingApp, Registered {}

interface Registered extends AnApp {
  readonly redirectUri: string;
  readonly idTokenAlg?: string;
}

export interface AppOptions {
  readonly authentication?: ClientAuth;
  readonly scope?: string;
  readonly fetch?: typeof fetch;
}

/** One instance of Avian, and whatever a journey puts on it. What it complained of fails the journey. */
export interface Stage extends World, Post, AsyncDisposable {
  readonly url: string;
  readonly issuer: string;
  readonly clock: TestClock;
  readonly rooms: RunningAvian['rooms'];
  /** All of the instance, for what no room offers. */
  readonly avian: RunningAvian['avian'];
  /** How often and how an act on somebody's account ended, by the audit log. */
  outcomes(id: UserId, action: string): Promise<readonly string[]>;
  /** An application of ours on a host of its own, discovered and ready, unless the draft says otherwise. */
  app(draft?: Partial<AppDraft>, options?: AppOptions): Promise<App>;
  /** The same application, otherwise configured: another secret, another key. */
  again(app: App, options: AppOptions): Promise<App>;
  /** Somebody's browser; its cookies expire by the instance's clock. */
  visitor(options?: VisitorOptions): Visitor;
}

export async function setStage(options?: AvianOptions): Promise<Stage> {
  const avian = await startAvian(options);
  const world = createWorld(avian.rooms);

  async function connect(app: Registered, options: AppOptions): Promise<App> {
    const { id, secret, idTokenAlg, redirectUri } = app;
    const connected = await createRelyingApp({
      issuer: avian.issuer,
      client: { id, ...(secret !== undefined && { secret }) },
      redirectUri,
      ...options,
      ...(idTokenAlg !== undefined && { idTokenAlg }),
    });
    return { ...app, ...connected };
  }

  return {
    ...world,
    url: avian.url,
    issuer: avian.issuer,
    clock: avian.clock,
    rooms: avian.rooms,
    avian: avian.avian,
    deliver: avian.deliver,
    letterTo: avian.letterTo,
    lettersTo: avian.lettersTo,
    outcomes: (id, action) =>
      avian.avian.core.units.run({ kind: 'system', job: 'test' }, async (unit) => {
        const found = await client(unit).query<{ outcome: string }>(
          'select outcome from audit_entries where resource_id = $1 and action = $2 order by id',
          [id, action],
        );
        return found.rows.map(({ outcome }) => outcome);
      }),
    async app({ kind = 'web', ...draft } = {}, options = {}) {
      const home = `https://dashboard-${newMark()}.example`;
      const whole = { ...(kind !== 'machine' && presets(home)), ...draft, kind };
      const made = await world.anApp(whole);
      const redirectUri = draft.redirectUris?.[0] ?? `${home}/callback`;
      const { idTokenAlg } = draft;
      return connect(
        { ...made, redirectUri, ...(idTokenAlg !== undefined && { idTokenAlg }) },
        options,
      );
    },
    again: connect,
    visitor: (how) => createVisitor({ now: () => avian.clock.now().getTime(), ...how }),
    async [Symbol.asyncDispose]() {
      await avian[Symbol.asyncDispose]();
      if (avian.complaints.length > 0) throw new Error(avian.complaints.join('\n'));
    },
  };
}

function presets(home: string) {
  return {
    firstParty: true,
    redirectUris: [`${home}/callback`],
    postLogoutRedirectUris: [`${home}/signed-out`],
  };
}

/** The parameters an application's address was called with. */
export function answerOn({ url }: { readonly url: URL }): Readonly<Record<string, string>> {
  return Object.fromEntries(url.searchParams);
}
