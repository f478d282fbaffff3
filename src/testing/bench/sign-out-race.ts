import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../delays.ts';
import type { APerson } from '../instance.ts';
import {
  type Answered,
  ask,
  type Cookies,
  ERRANDS,
  type Errand,
  type Form,
  type Grounds,
  loginOf,
  prepare,
} from './errands.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createLightBrowser, type Place } from './light-browser.ts';
import type { Pair } from './peers.ts';
import { openWorld } from './world.ts';

export interface SignOutRaces {
  readonly races: number;
  readonly atOnce: number;
  readonly seed: number;
}

export interface SignOutsRaced {
  /** Sign-outs that were answered with yes. */
  signedOut: number;
  /** Those answered with an error: a sign-in under way had just renewed the session's id. */
  outrun: number;
  /** How often each errand was answered as to somebody signed in, and how often as to nobody. */
  readonly answered: Record<Errand, { in: number; out: number }>;
  /** Races that a busy process turned away, by their numbers; each was run again. */
  readonly brokenOff: string[];
  /** What happened that must not. */
  readonly violations: string[];
}

interface Track extends Grounds {
  readonly raced: SignOutsRaced;
  /** Asks for tokens at a process; answers with the status and the refresh token. */
  trade(at: number, form: Form): Promise<{ status: number; refreshToken: string }>;
}

interface Lane {
  readonly person: APerson;
  readonly random: () => number;
}

/** What a browser and its applications hold when the race is over. */
interface Held {
  readonly cookies: readonly Cookies[];
  readonly refreshToken: string;
  readonly trade?: Form | undefined;
}

/** How long the errand and the sign-out wait at most before they set out: neither shall always be first. */
const WAITS_MS: Record<Errand, readonly [number, number]> = {
  silent: [200, 100],
  'prompt=none': [200, 100],
  'own page': [200, 100],
  renewal: [50, 600],
};
const REDIRECT_URIS = ['https://board.flock.example/', 'https://chart.flock.example/'] as const;

/**
 * Somebody signs in, and then out at one process while a request of the same browser is under way at the
 * other; over and over, many at once. Afterwards nothing that the browser ever held opens anything (F3).
 */
export async function raceSignOuts(pair: Pair, how: SignOutRaces): Promise<SignOutsRaced> {
  await using world = await openWorld(pair.env);
  using client = createHttpClient(2 * how.atOnce);
  const aBoard = async (redirectUri: string) => {
    const app = await world.anApp({ kind: 'spa', firstParty: true, redirectUris: [redirectUri] });
    return { id: app.id, redirectUri };
  };
  const boards = [await aBoard(REDIRECT_URIS[0]), await aBoard(REDIRECT_URIS[1])] as const;
  const track = createTrack(pair, client, boards);
  let next = 0;
  const run = async (_: unknown, at: number) => {
    const lane = { person: await world.aUser(), random: createRandom(how.seed + at) };
    while (next < how.races) {
      const number = next;
      next += 1;
      if (next % 1000 === 0) console.error(`${next} races have begun`);
      while (!(await race(track, lane, number))) demandFew(track.raced, how.races);
    }
  };
  await Promise.all(Array.from({ length: how.atOnce }, run));
  return track.raced;
}

function createTrack(pair: Pair, client: HttpClient, boards: Grounds['boards']): Track {
  const { issuer } = pair.target;
  const { host } = new URL(issuer);
  const to = (at: number): Pick<HttpClient, 'call'> => ({
    call({ url: { pathname, search }, headers, ...call }) {
      const url = new URL(`${pathname}${search}`, pair.addresses[at % 2]);
      return client.call({ ...call, url, headers: { ...headers, host } });
    },
  });
  const nobody = () => ({ in: 0, out: 0 });
  const answered = {
    ...{ silent: nobody(), 'prompt=none': nobody() },
    ...{ 'own page': nobody(), renewal: nobody() },
  };
  return {
    issuer,
    boards,
    raced: { signedOut: 0, outrun: 0, answered, brokenOff: [], violations: [] },
    browser: (at, cookies) => createLightBrowser(to(at), issuer, { cookies, accepts: ACCEPTED }),
    async trade(at, form) {
      const url = new URL('/token', issuer);
      const { status, body } = await to(at).call({ method: 'POST', url, form });
      if (status >= 500) throw new Error(`Tokens came with status ${status}`);
      const answer = JSON.parse(body) as Record<string, unknown>;
      return { status, refreshToken: String(answer['refresh_token']) };
    },
  };
}

/** Refusals are pages too. */
const ACCEPTED = [200, 400, 401, 410, 422];

/** `false` where it came to no end, and says nothing of what is raced for. */
async function race(track: Track, lane: Lane, number: number): Promise<boolean> {
  const { brokenOff, violations } = track.raced;
  const errand = ERRANDS[number % ERRANDS.length] ?? 'silent';
  try {
    const found = await runRace(track, lane, { number, errand });
    violations.push(...found.map((what) => `race ${number}, ${errand}: ${what}`));
    return true;
  } catch (error) {
    const [reason = ''] = String(error).split('\n');
    brokenOff.push(`race ${number}, ${errand}: ${reason}`);
    return false;
  }
}

/** A machine that is busy with other things turns some away; one that turns many away races for nothing. */
function demandFew({ brokenOff }: SignOutsRaced, races: number): void {
  if (brokenOff.length > races / 10 + 10) throw new Error(brokenOff.slice(-10).join('\n'));
}

async function runRace(
  track: Track,
  { person, random }: Lane,
  { number, errand }: { readonly number: number; readonly errand: Errand },
): Promise<readonly string[]> {
  // Of two races of the same kind, one has the sign-out at the first process and one at the second.
  const at = Math.floor(number / ERRANDS.length);
  const cookies: Cookies = new Map();
  const refreshToken = await signIn(track, { at, person, cookies });
  const setOut = await prepare(track, errand, { at, person, cookies });
  const leaver = (jar: Cookies) => track.browser(at + 1, jar);
  const question = await leaver(cookies).open(
    new URL(`/session/end?client_id=${track.boards[0].id}`, track.issuer),
  );

  const [underWay, leaving] = [new Map(cookies), new Map(cookies)];
  const [beforeErrand, beforeLeaving] = WAITS_MS[errand];
  const [answer, farewell] = await Promise.all([
    pause(random() * beforeErrand).then(() => setOut(underWay)),
    pause(random() * beforeLeaving).then(() => leaver(leaving).submit(question, { logout: 'yes' })),
  ]);

  const wasOutrun = errand === 'renewal' && farewell.status === 400;
  if (!saysSignedOut(farewell) && !wasOutrun)
    return [`signing out was answered with ${farewell.status}`];
  const held = { refreshToken, trade: answer.trade, cookies: [cookies, underWay, leaving] };
  // Where the sign-in was faster, and the page said so, what it renewed is over even so.
  const found = saysSignedOut(farewell)
    ? await opened(track, at, held)
    : await openedBy(track, at, cookies);
  count(track.raced, errand, { answer, farewell });
  return found;
}

function saysSignedOut({ status, html }: Place): boolean {
  return status === 200 && html.includes('You are signed out');
}

function count(
  raced: SignOutsRaced,
  errand: Errand,
  { answer, farewell }: { readonly answer: Answered; readonly farewell: Place },
): void {
  raced.answered[errand][answer.signedIn ? 'in' : 'out'] += 1;
  raced[saysSignedOut(farewell) ? 'signedOut' : 'outrun'] += 1;
}

async function signIn(
  track: Track,
  { at, person, cookies }: { at: number; person: APerson; cookies: Cookies },
): Promise<string> {
  const asked = ask(track.issuer, track.boards[0]);
  const browser = track.browser(at, cookies);
  const end = await browser.submit(await browser.open(asked.url), loginOf(person));
  const { status, refreshToken } = await track.trade(at, asked.tradeOf(end) ?? {});
  if (status !== 200) throw new Error(`no sign-in: ${end.url.href} ${end.status}, then ${status}`);
  return refreshToken;
}

/** Whatever something held opens although it must not. */
async function opened(track: Track, at: number, held: Held): Promise<string[]> {
  const [cookies, ...later] = held.cookies;
  const jars = [cookies, ...later.filter((jar) => sessionIn(jar) !== sessionIn(cookies))];
  const found = jars.map((jar) => (jar ? openedBy(track, at, jar) : []));
  const { refreshToken, trade } = held;
  const [{ id }] = track.boards;
  const refresh = { grant_type: 'refresh_token', client_id: id, refresh_token: refreshToken };
  const tries = [refresh, ...(trade ? [trade] : [])].map(async (form) => {
    const { status } = await track.trade(at + 1, form);
    return status === 400 ? [] : [`${form.grant_type} was answered with ${status}`];
  });
  return (await Promise.all([...found, ...tries])).flat();
}

/** Asks for the second application and for a page of our own at both processes. */
async function openedBy(track: Track, at: number, jar: Cookies): Promise<string[]> {
  if (sessionIn(jar) === undefined) return [];
  const found: string[] = [];
  for (const process of [at, at + 1]) {
    const { url } = ask(track.issuer, track.boards[1], { prompt: 'none' });
    const end = await track.browser(process, new Map(jar)).open(url);
    const error = end.url.searchParams.get('error');
    if (error !== 'login_required') found.push(`a cookie led to ${error ?? end.url.href}`);
  }
  const own = new URL('/account/email', track.issuer);
  const { status } = await track.browser(at, new Map(jar)).open(own);
  if (status !== 401) found.push(`a cookie opened a page of our own: ${status}`);
  return found;
}

function sessionIn(cookies: Cookies | undefined): string | undefined {
  return cookies?.get('avian-session');
}
