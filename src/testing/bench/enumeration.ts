/**
 * `npm run enumeration -- [--samples 200]`
 *
 * Asks whether the time of an answer tells what the answer doesn't, in turn and in changing order. Ends with 1
 * when a Mann-Whitney test tells one kind from nobody's (p < 0.01).
 *
 * An account from none (security cases 88 and 89): wrong passwords at sign-in, and requests for a reset, for
 * addresses that are known, nobody's, not proven, and locked. What another tenant has from what nobody has
 * (R16.2): each thing of the management API, asked for by its id.
 */
import { parseArgs } from 'node:util';
import { openParts } from '#src/app/commands/open.ts';
import { createWarnings } from '#src/app/commands/terminal.ts';
import { machineFiles } from '#src/app/config/machine.ts';
import { type Door, NOBODY, timed } from './door.ts';
import { foreignDoors, settleNeighbours } from './foreign.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createLightBrowser } from './light-browser.ts';
import { mannWhitney } from './mann-whitney.ts';
import { type Environment, startPopulated } from './peers.ts';
import { authorizationRequest, type Target } from './scenarios.ts';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '200' } } });
const SAMPLES = Number(values.samples);

/** Fewer than lock an account, and no more than it gets mails for. */
const SAMPLES_EACH = 3;
const ACCOUNTS = ['known', 'unproven', 'locked'] as const;
const TRIES_TO_LOCK = 5;
const PASSWORD = 'Correct horse battery staple 4!';

await using peer = await startPopulated(populate);
using client = createHttpClient(1);
await lock(peer.target, client);
for (const door of [
  ...accountDoors(peer.target, client),
  ...(await foreignDoors(peer.target.issuer, peer.made)),
]) {
  report(door, await collect(door));
}

/** As many accounts of each kind as are sampled a few times each, and two tenants with their things. */
async function populate(env: Environment) {
  await using parts = await openParts({ env, files: machineFiles }, createWarnings().logger);
  const tenant = await parts.tenancy.locate('bench');
  if (!tenant) throw new Error('There is no tenant.');
  for (const kind of ACCOUNTS) {
    for (let at = 0; at < Math.ceil(SAMPLES / SAMPLES_EACH); at += 1) {
      const draft = { tenantId: tenant.id, email: addressOf(kind, at), name: 'Ada', role: 'user' };
      await parts.users.create({ ...draft, password: PASSWORD, verified: kind !== 'unproven' });
    }
  }
  return await settleNeighbours(parts, tenant.id);
}

function addressOf(kind: string, at: number): string {
  return `ada.${kind}.${at}@bench.example`;
}

async function lock(target: Target, http: HttpClient): Promise<void> {
  for (let at = 0; at < Math.ceil(SAMPLES / SAMPLES_EACH); at += 1) {
    for (let count = 0; count < TRIES_TO_LOCK; count += 1)
      await tryToSignIn(target, http, addressOf('locked', at));
  }
}

/** The milliseconds of each answer, by kind. */
async function collect({ kinds, sample }: Door) {
  const all = [NOBODY, ...kinds];
  const times = new Map<string, number[]>(all.map((kind) => [kind, []]));
  for (let count = 0; count < SAMPLES; count += 1) {
    const turn = count % all.length;
    for (const kind of [...all.slice(turn), ...all.slice(0, turn)])
      times.get(kind)?.push(await sample(kind, count));
  }
  return times;
}

function accountDoors(target: Target, http: HttpClient): readonly Door[] {
  const door = (name: string, ask: typeof tryToSignIn): Door => ({
    ...{ name, kinds: ACCOUNTS },
    sample: (kind, count) => ask(target, http, addressOf(kind, Math.floor(count / SAMPLES_EACH))),
  });
  return [door('sign-in', tryToSignIn), door('forgot', askForReset)];
}

async function tryToSignIn(target: Target, http: HttpClient, login: string): Promise<number> {
  const browser = createLightBrowser(http, target.issuer);
  const page = await browser.open(authorizationRequest(target).url);
  return timed(() => browser.submit(page, { login, password: 'wrong' }));
}

async function askForReset(target: Target, http: HttpClient, email: string): Promise<number> {
  const browser = createLightBrowser(http, target.issuer);
  const page = await browser.open(new URL('/recovery', target.issuer));
  return timed(() => browser.submit(page, { email }));
}

function report({ name, kinds }: Door, times: ReadonlyMap<string, readonly number[]>): void {
  const nobodys = times.get(NOBODY) ?? [];
  console.log(`${name}  ${NOBODY}  median ${median(nobodys).toFixed(2)} ms`);
  for (const kind of kinds) {
    const theirs = times.get(kind) ?? [];
    const p = mannWhitney(theirs, nobodys);
    if (p < 0.01) process.exitCode = 1;
    const verdict = `p = ${p.toFixed(3)}${p < 0.01 ? '  TOLD APART' : ''}`;
    console.log(`${name}  ${kind}  median ${median(theirs).toFixed(2)} ms  ${verdict}`);
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}
