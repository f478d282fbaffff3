import { setTimeout as pause } from 'node:timers/promises';
import { type Family, insist, type Ledger, postForm, refreshing } from './bystanders.ts';
import type { HttpClient, Reply } from './http-client.ts';
import type { LightBrowser } from './light-browser.ts';
import { authorizationRequest, type Target } from './scenarios.ts';

interface Server {
  readonly target: Target;
  readonly client: HttpClient;
}

/** Past the seconds in which a spent refresh token is answered as an honest retry. */
const TOO_LATE_MS = 11_000;

/** Tries everything that was ended, used up or replaced, and says what works again; and what was given and is gone. */
export async function findUndone(server: Server, ledger: Ledger): Promise<string[]> {
  const { redeemed, signedOut, revoked, families } = ledger;
  const undone = await all([
    // The codes first: they do not live long.
    ...redeemed.map((form) => async () => {
      return isRefused(await tried(server, form)) ? undefined : 'a code was redeemed twice';
    }),
    ...signedOut.map((browser) => async () => {
      return (await isSignedIn(server, browser))
        ? 'a session lives that was signed out'
        : undefined;
    }),
    ...revoked.map((token) => async () => {
      return isRefused(await tried(server, refreshing(token)))
        ? undefined
        : 'a refresh token works that was revoked';
    }),
    ...families.map((family) => () => findLost(server, family)),
  ]);
  return [...undone, ...(await all(families.map((family) => () => findRevived(server, family))))];
}

/** Whether what an application was given last still works: Postgres holds it (D6). */
async function findLost(server: Server, family: Family): Promise<string | undefined> {
  const reply = await tried(server, refreshing(family.current));
  if (reply.status !== 200) return `a refresh token is gone: ${reply.status} ${reply.body}`;
  family.spent = { token: family.current, at: performance.now() };
  return undefined;
}

async function findRevived(server: Server, { spent }: Family): Promise<string | undefined> {
  if (!spent) return undefined;
  await pause(Math.max(0, spent.at + TOO_LATE_MS - performance.now()));
  const reply = await tried(server, refreshing(spent.token));
  return isRefused(reply) ? undefined : 'a refresh token works that was replaced';
}

/** Whether a code is to be had without a question. */
async function isSignedIn({ target }: Server, browser: LightBrowser): Promise<boolean> {
  const { url } = authorizationRequest(target);
  url.searchParams.set('prompt', 'none');
  const { url: end } = await insist(() => browser.open(url));
  const answer = end.searchParams;
  if (answer.has('code')) return true;
  if (answer.get('error') === 'login_required') return false;
  throw new Error(`Neither a code nor a refusal: ${end.href}`);
}

/** A try that has an answer: that there is none now is none. */
function tried(server: Server, form: Readonly<Record<string, string>>): Promise<Reply> {
  return insist(async () => {
    const reply = await postForm(server, '/token', form);
    if (reply.status >= 500) throw new Error(`No answer but ${reply.status}`);
    return reply;
  });
}

function isRefused({ status, body }: Reply): boolean {
  return status === 400 && body.includes('invalid_grant');
}

/** A few at a time: the server is the same that everybody uses. */
async function all(checks: readonly (() => Promise<string | undefined>)[]): Promise<string[]> {
  const left = [...checks];
  const found: string[] = [];
  const hand = async () => {
    for (let check = left.shift(); check; check = left.shift()) {
      const fault = await check();
      if (fault !== undefined) found.push(fault);
    }
  };
  await Promise.all(Array.from({ length: 8 }, hand));
  return found;
}
