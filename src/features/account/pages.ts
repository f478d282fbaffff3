import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { LiveSession, LiveSessions } from '#src/features/sessions/index.ts';
import { createFormBody } from '#src/http/body.ts';
import { callerOf } from '#src/http/caller.ts';
import type { Cookies } from '#src/http/cookies.ts';
import type { Csrf } from '#src/http/csrf.ts';
import { readForm } from '#src/http/input.ts';
import { type ShowPage, seeOther, view } from '#src/http/page.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import { type Application, onlySignedIn } from './gate.ts';
import { type Entry, listingOf } from './listing.ts';
import { counted } from './words.ts';

/** Whoever is signed in at this browser, and in which session. */
interface SignedInPerson {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly sid: string;
}

interface SessionsModel {
  readonly email: string;
  readonly entries: readonly Entry[];
  /** What the reader just did, in words. */
  readonly done?: string;
}

export const SessionsPage = view<SessionsModel>('account/sessions');
export const SignedOutPage = view<{ application?: Application }>('account/signed-out');

export interface AccountPagesDeps {
  readonly signedIn: { find(ctx: Context): Promise<SignedInPerson | undefined> };
  readonly live: LiveSessions;
  readonly applications: { find(id: string): Promise<{ readonly name: string } | undefined> };
  readonly wayBack: { onward(ctx: Context): Promise<Application | undefined> };
  readonly cookies: Cookies;
  readonly csrf: Pick<Csrf, 'check' | 'browserOf'>;
  readonly page: ShowPage;
  readonly clock: Clock;
}

type Deps = AccountPagesDeps;
type Act = (ctx: Context, person: SignedInPerson) => Promise<void>;

const LIST = '/account/sessions';
const SIGNED_OUT = `${LIST}/signed-out`;
const Named = z.object({ session: z.string() });

/** `/account/sessions`: where its reader is signed in, one form to end each and one for all the others. */
export function createAccountPages(deps: Deps): Router {
  const router = new Router();
  const signedIn = onlySignedIn(deps, 'to see where you are signed in');
  const acts = { end: end(deps), 'end-others': endOthers(deps) };

  router.get(LIST, signedIn(list(deps)));
  for (const [name, act] of Object.entries(acts)) {
    router.post(`${LIST}/${name}`, createFormBody(), signedIn(ours(deps, act)));
    // The address of a form, opened by its reader: back to the page it stood on.
    router.get(`${LIST}/${name}`, (ctx) => seeOther(ctx, LIST));
  }
  router.get(SIGNED_OUT, showSignedOut(deps));
  return router;
}

function ours({ csrf }: Deps, act: Act): Act {
  return async (ctx, person) => {
    csrf.check(ctx, csrf.browserOf(ctx));
    await act(ctx, person);
  };
}

function list(deps: Deps): Act {
  const { live, page, csrf, clock } = deps;
  return async (ctx, { id, email, sid }) => {
    const sessions = await live.of(id);
    const names = await namesOf(deps, sessions);
    const entries = listingOf(sessions, { sid, now: clock.now(), names });
    const done = takeCount(deps, ctx);
    const model = { email, entries, ...(done !== undefined && { done: doneWords(done) }) };
    page(ctx, SessionsPage, model, { csrf: csrf.browserOf(ctx) });
  };
}

async function namesOf(
  { applications }: Deps,
  sessions: readonly LiveSession[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(sessions.flatMap((session) => session.applications))];
  const found = await Promise.all(ids.map((id) => applications.find(id)));
  return new Map(
    ids.flatMap((id, at) => {
      const name = found[at]?.name;
      return name === undefined ? [] : [[id, name] as const];
    }),
  );
}

/** Somebody else's session is ended as little as one that there is none of, and is not told from it. */
function end(deps: Deps): Act {
  return async (ctx, person) => {
    const { session: uid } = readForm(ctx, Named);
    const ended = await deps.live.end(ownerOf(person), uid, causeOf(ctx));
    if (uid === person.sid) return seeOther(ctx, SIGNED_OUT);
    keepCount(deps, ctx, ended ? 1 : 0);
    seeOther(ctx, LIST);
  };
}

function endOthers(deps: Deps): Act {
  return async (ctx, person) => {
    keepCount(deps, ctx, await deps.live.endOthers(ownerOf(person), person.sid, causeOf(ctx)));
    seeOther(ctx, LIST);
  };
}

function ownerOf({ id, tenantId }: SignedInPerson) {
  return { userId: id, tenantId };
}

function causeOf(ctx: Context) {
  return { reason: 'owner', origin: callerOf(ctx) };
}

function showSignedOut({ signedIn, wayBack, page }: Deps) {
  return async (ctx: Context): Promise<void> => {
    if (await signedIn.find(ctx)) return seeOther(ctx, LIST);
    const application = await wayBack.onward(ctx);
    page(ctx, SignedOutPage, { ...(application && { application }) });
  };
}

/** How many sessions were ended, from the act to the page that says so: in a cookie, which no link can make up. */
const COUNT = 'sessions-ended';
const A_MINUTE = 60;

function keepCount({ cookies }: Deps, ctx: Context, count: number): void {
  cookies.write(ctx, COUNT, String(count), A_MINUTE);
}

function takeCount({ cookies }: Deps, ctx: Context): number | undefined {
  const kept = cookies.read(ctx, COUNT);
  if (kept === undefined) return undefined;
  cookies.clear(ctx, COUNT);
  return /^\d{1,4}$/.test(kept) ? Number(kept) : undefined;
}

function doneWords(count: number): string {
  if (count === 0) return 'There was nothing left to sign out.';
  return `You signed out ${counted(count, 'browser')}.`;
}
