/**
 * `npm run enumeration -- [--samples 200]`
 *
 * Asks whether the time of an answer tells an account from none (security cases 88 and 89): wrong passwords
 * at sign-in, and requests for a reset, for addresses that are known, nobody's, not proven, and locked, in
 * turn and in changing order. Ends with 1 when a Mann-Whitney test tells one of them from nobody's
 * (p < 0.01).
 */
import { parseArgs } from 'node:util';
import { openParts } from '#src/app/commands/open.ts';
import { createWarnings } from '#src/app/commands/terminal.ts';
import { machineFiles } from '#src/app/config/machine.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createLightBrowser } from './light-browser.ts';
import { mannWhitney } from './mann-whitney.ts';
import { type Environment, startPopulated } from './peers.ts';
import { authorizationRequest, type Target } from './scenarios.ts';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '200' } } });
const SAMPLES = Number(values.samples);

/** Fewer than lock an account, and no more than it gets mails for. */
const SAMPLES_EACH = 3;
const KINDS = ['nobody', 'known', 'unproven', 'locked'] as const;
type Kind = (typeof KINDS)[number];
const TRIES_TO_LOCK = 5;
const PASSWORD = 'Correct horse battery staple 4!';

await using peer = await startPopulated(populate);
using client = createHttpClient(1);
await lock(peer.target, client);
for (const [door, sample] of [
  ['sign-in', tryToSignIn],
  ['forgot', askForReset],
] as const) {
  report(door, await collect((address) => sample(peer.target, client, address)));
}

/** As many accounts of each kind as are sampled a few times each. */
async function populate(env: Environment): Promise<void> {
  await using parts = await openParts({ env, files: machineFiles }, createWarnings().logger);
  const tenant = await parts.tenancy.locate('bench');
  if (!tenant) throw new Error('There is no tenant.');
  for (const kind of KINDS) {
    if (kind === 'nobody') continue;
    for (let at = 0; at < Math.ceil(SAMPLES / SAMPLES_EACH); at += 1) {
      const draft = { tenantId: tenant.id, email: addressOf(kind, at), name: 'Ada', role: 'user' };
      await parts.users.create({ ...draft, password: PASSWORD, verified: kind !== 'unproven' });
    }
  }
}

function addressOf(kind: Kind, at: number): string {
  return `ada.${kind}.${at}@bench.example`;
}

async function lock(target: Target, http: HttpClient): Promise<void> {
  for (let at = 0; at < Math.ceil(SAMPLES / SAMPLES_EACH); at += 1) {
    for (let count = 0; count < TRIES_TO_LOCK; count += 1)
      await tryToSignIn(target, http, addressOf('locked', at));
  }
}

/** The milliseconds of each answer, by kind. */
async function collect(sample: (address: string) => Promise<number>) {
  const times: Record<Kind, number[]> = { nobody: [], known: [], unproven: [], locked: [] };
  for (let count = 0; count < SAMPLES; count += 1) {
    const turn = count % KINDS.length;
    for (const kind of [...KINDS.slice(turn), ...KINDS.slice(0, turn)])
      times[kind].push(await sample(addressOf(kind, Math.floor(count / SAMPLES_EACH))));
  }
  return times;
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function report(door: string, times: Readonly<Record<Kind, readonly number[]>>): void {
  for (const kind of KINDS) {
    const p = kind === 'nobody' ? undefined : mannWhitney(times[kind], times.nobody);
    const verdict = p === undefined ? '' : `p = ${p.toFixed(3)}${p < 0.01 ? '  TOLD APART' : ''}`;
    if (p !== undefined && p < 0.01) process.exitCode = 1;
    console.log(
      `${door}  ${kind.padEnd(8)}  median ${median(times[kind]).toFixed(1)} ms  ${verdict}`,
    );
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}
