/**
 * `npm run races -- [--rounds 50] [--crowd 20] [--store redis|postgres]`
 *
 * Two Avian processes on one database, and a crowd that uses the same code, then the same refresh
 * token, at both at once. Ends with 1 when a code is redeemed twice, a refresh token has two
 * successors, or a late use leaves a family alive. Says how many winners kept their tokens: a try that
 * a busy process takes up after the winner's answer counts as reuse (ADR 0031).
 */
import { parseArgs } from 'node:util';
import { type Store, startAvianPair } from './peers.ts';
import { race } from './race.ts';

const STORES: readonly Store[] = ['redis', 'postgres'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    crowd: { type: 'string', default: '20' },
    store: { type: 'string', multiple: true, default: [...STORES] },
  },
});

try {
  const [rounds, crowd] = [count('rounds'), count('crowd')];
  const chosen = STORES.filter((store) => values.store.includes(store));
  if (chosen.length === 0) throw new Error(`--store is one of ${STORES.join(', ')}.`);
  for (const store of chosen) {
    if (!(await holds(store, rounds, crowd))) process.exitCode = 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function holds(store: Store, rounds: number, crowd: number): Promise<boolean> {
  await using pair = await startAvianPair(store);
  const from = performance.now();
  const { redeemedBy, kept, rotated, violations } = await race(pair, rounds, crowd);
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const [first, second] = redeemedBy;
  for (const violation of violations) console.error(`${store}: ${violation}`);
  console.log(
    [
      `${store}: ${rounds} rounds of ${crowd} at once`,
      `${first + second} codes redeemed once (${first} by the first process, ${second} by the second)`,
      `${kept} winners kept their refresh token`,
      `${rotated} refresh tokens with one successor`,
      `${violations.length} violations`,
      `${seconds} s`,
    ].join(', '),
  );
  return violations.length === 0;
}

function count(name: 'rounds' | 'crowd'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number.`);
  return number;
}
