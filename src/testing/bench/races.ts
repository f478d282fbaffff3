/**
 * `npm run races -- [--rounds 50] [--crowd 20] [--store redis|postgres]`
 *
 * Two Avian processes on one database, and a crowd that uses the same code, then the same refresh
 * token, at both at once. Ends with 1 when a code is redeemed twice, a refresh token has two
 * successors, or a late use leaves a family alive. Says how many winners kept their tokens: a try that
 * a busy process takes up after the winner's answer counts as reuse (ADR 0031).
 *
 * `npm run races -- sign-out [--races 10000] [--at-once 48] [--delay 20] [--seed N] [--store …]`
 *
 * Two such processes whose stores take up to so many milliseconds longer, by chance, at each call.
 * Somebody signs out at one while a request of the same browser is under way at the other. Ends with 1
 * when anything that the browser held opens anything afterwards (security finding F3).
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Store, startAvianPair } from './peers.ts';
import { race } from './race.ts';
import { raceSignOuts } from './sign-out-race.ts';

const STORES: readonly Store[] = ['redis', 'postgres'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '50' },
    crowd: { type: 'string', default: '20' },
    races: { type: 'string', default: '10000' },
    'at-once': { type: 'string', default: '48' },
    delay: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    store: { type: 'string', multiple: true, default: [...STORES] },
  },
});

try {
  const [kind = 'token'] = positionals;
  const holds = { token: tokensHold, 'sign-out': signOutsHold }[kind];
  if (!holds) throw new Error('There are races of tokens, and of sign-out.');
  const chosen = STORES.filter((store) => values.store.includes(store));
  if (chosen.length === 0) throw new Error(`--store is one of ${STORES.join(', ')}.`);
  for (const store of chosen) {
    if (!(await holds(store))) process.exitCode = 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function tokensHold(store: Store): Promise<boolean> {
  const [rounds, crowd] = [count('rounds'), count('crowd')];
  await using pair = await startAvianPair(store);
  const from = performance.now();
  const { redeemedBy, kept, rotated, violations } = await race(pair, rounds, crowd);
  const [first, second] = redeemedBy;
  return report(store, { violations, from }, [
    `${rounds} rounds of ${crowd} at once`,
    `${first + second} codes redeemed once (${first} by the first process, ${second} by the second)`,
    `${kept} winners kept their refresh token`,
    `${rotated} refresh tokens with one successor`,
  ]);
}

async function signOutsHold(store: Store): Promise<boolean> {
  const [races, atOnce, seed, upTo] = [
    count('races'),
    count('at-once'),
    count('seed'),
    count('delay'),
  ];
  const altered = [seed, seed + 1].map((die) => ({ delays: { upTo, seed: die } }));
  await using pair = await startAvianPair(store, altered);
  const from = performance.now();
  const raced = await raceSignOuts(pair, { races, atOnce, seed });
  const { signedOut, outrun, answered, brokenOff, violations } = raced;
  for (const reason of brokenOff.slice(0, 10)) console.error(`${store}: broken off, ${reason}`);
  const errands = Object.entries(answered).map(
    ([errand, { in: asSomebody, out }]) => `${errand} ${asSomebody}:${out}`,
  );
  return report(store, { violations, from }, [
    `${races} races against sign-out, seed ${seed}`,
    `${signedOut} signed out`,
    `${outrun} told that they were not, their session just renewed`,
    `${brokenOff.length} broken off and run again`,
    `requests under way answered as somebody's and as nobody's: ${errands.join(', ')}`,
  ]);
}

interface Ending {
  readonly violations: readonly string[];
  readonly from: number;
}

function report(store: Store, { violations, from }: Ending, figures: readonly string[]): boolean {
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  for (const violation of violations) console.error(`${store}: ${violation}`);
  console.log(
    `${store}: ${[...figures, `${violations.length} violations`, `${seconds} s`].join(', ')}`,
  );
  return violations.length === 0;
}

function count(name: 'rounds' | 'crowd' | 'races' | 'at-once' | 'delay' | 'seed'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number.`);
  return number;
}
