/**
 * `npm run faults -- [--store single|cluster|sentinel]… [--fault WORDS]`
 *
 * An Avian process on a Redis that fails in every way: it stops, dies, is emptied, is full, or another takes its
 * place before it has all; for one server, a cluster of six and a sentinel. Meanwhile people sign in, come
 * again, refresh, have tokens revoked and sign out, some of them right before the fault and unknown to the replica.
 *
 * Ends with 1 when a request waits two seconds or is not answered, an answer is a failure but for 503,
 * the service is not whole five seconds after the fault, or anything that was acknowledged is undone.
 */
import { parseArgs } from 'node:util';
import { type Outage, suffer } from './outage.ts';
import { startPopulated } from './peers.ts';
import { registerPeople } from './people.ts';
import { LAYOUTS, type Layout } from './troubled-redis.ts';

const NAMES = Object.keys(LAYOUTS) as Layout[];
/** More than there are people at a server at a time. */
const PEOPLE = 40;
const LONGEST_ANSWER_MS = 2000;
const LONGEST_RECOVERY_MS = 5000;

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: [...NAMES] },
    fault: { type: 'string', default: '' },
  },
});

try {
  const chosen = NAMES.filter((name) => values.store.includes(name));
  if (chosen.length === 0) throw new Error(`--store is one of ${NAMES.join(', ')}.`);
  for (const layout of chosen) {
    if (!(await holds(layout))) process.exitCode = 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function holds(layout: Layout): Promise<boolean> {
  await using redis = await LAYOUTS[layout]();
  await using avian = await startPopulated((env) => registerPeople(env, PEOPLE), redis.url);
  let isWhole = true;
  for (const fault of redis.faults.filter(({ name }) => name.includes(values.fault))) {
    const outage = await suffer(avian.target, avian.made, fault);
    console.log(`${layout}, ${fault.name}: ${lineOf(outage)}`);
    const broken = brokenBy(outage);
    for (const bound of broken) console.error(`${layout}, ${fault.name}: ${bound}`);
    isWhole &&= broken.length === 0;
  }
  return isWhole;
}

function lineOf({ seen, signedInAfter, refusedFor, checked, undone }: Outage): string {
  const { signOuts, codes, revocations, families } = checked;
  const statuses = [...seen.statuses].toSorted(([one], [other]) => one - other);
  return [
    statuses.map(([status, count]) => `${status} ×${count}`).join(' '),
    `unanswered ${seen.unanswered.length}`,
    `slowest ${seconds(seen.longest)} (${seen.slowest.split('/', 2).join('/')})`,
    `signed in after ${seconds(signedInAfter)}`,
    refusedFor > 0 ? `last 503 after ${seconds(refusedFor)}` : 'no 503 after it',
    `undone ${undone.length} of ${signOuts} sign-outs, ${codes} codes, ${revocations} revocations, ${families} families`,
  ].join('; ');
}

function brokenBy({ seen, signedInAfter, refusedFor, checked, undone }: Outage): string[] {
  const failures = [...seen.statuses.keys()].filter((status) => status >= 500 && status !== 503);
  return [
    ...tally(seen.unanswered),
    ...tally(undone),
    ...failures.map((status) => `answers of status ${status}`),
    ...(seen.longest < LONGEST_ANSWER_MS ? [] : ['an answer took two seconds']),
    ...(Math.max(signedInAfter, refusedFor) < LONGEST_RECOVERY_MS
      ? []
      : ['five seconds were not enough']),
    ...(Object.values(checked).includes(0) ? ['there was nothing to lose'] : []),
  ];
}

function tally(all: readonly string[]): string[] {
  return [...Map.groupBy(all, (one) => one)].map(([one, alike]) => `${one} ×${alike.length}`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
