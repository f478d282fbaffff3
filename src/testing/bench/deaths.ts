/**
 * `npm run deaths -- [--rounds 100] [--clerks 8] [--seed N]`
 *
 * An Avian process that eight clerks manage people, applications and a tenant with, all at once, is killed
 * (SIGKILL) within the first 300 ms of it, and started again; so many times. After each death the database
 * is asked what was changed and what the audit log tells, by a witness who sees every row that changes.
 *
 * Ends with 1 when a change has not exactly one entry that tells of it, an entry has no such change, what was
 * acknowledged is not there, or the log's chains do not verify.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openParts } from '#src/app/commands/open.ts';
import { createWarnings } from '#src/app/commands/terminal.ts';
import { machineFiles } from '#src/app/config/machine.ts';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { createRandom } from '../delays.ts';
import {
  ACT_NAMES,
  ACTS,
  type ActName,
  type Asking,
  createClerks,
  managementToken,
  PERMISSIONS,
} from './acts.ts';
import { callWitness, type Happened } from './deeds.ts';
import { type Environment, startMortal } from './peers.ts';

const LATEST_DEATH_MS = 300;
/** People and applications that there are from the beginning. */
const SOME = 10;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    clerks: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
  },
});

try {
  const violations = await dieAgainAndAgain(count('rounds'), count('seed'));
  for (const violation of violations) console.error(violation);
  console.log(`${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function dieAgainAndAgain(rounds: number, seed: number): Promise<readonly string[]> {
  const from = performance.now();
  await using avian = await startMortal();
  const { issuer } = avian.target;
  const { machine, ...estate } = await furnish(avian.env);
  const clerks = createClerks(count('clerks'), estate, seed);
  const random = createRandom(seed + 1);
  const tally = createTally();
  const violations: string[] = [];
  await avian.kill();
  await using witness = await callWitness(avian.databaseUrl);

  for (let round = 1; round <= rounds; round += 1) {
    await avian.start();
    const token = await managementToken(issuer, machine, PERMISSIONS);
    await clerks.warm(issuer, token);
    const working = clerks.work(issuer, token);
    await pause(random() * LATEST_DEATH_MS);
    await avian.kill();
    const asked = await working;
    await witness.settle();
    const happened = await witness.look();
    const found = [...mismatches(happened), ...tally.add(asked, happened)];
    violations.push(...found.map((fault) => `round ${round}: ${fault}`));
  }

  violations.push(...(await verify(avian.env)));
  tally.print();
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(`${rounds} deaths, seed ${seed}, ${seconds} s`);
  return violations;
}

/** What there is to begin with: people, applications, and the machine that manages them. */
async function furnish(env: Environment) {
  await using parts = await openParts({ env, files: machineFiles }, createWarnings().logger);
  const tenant = await parts.tenancy.locate('bench');
  if (!tenant) throw new Error('There is no tenant.');
  const common = { tenantId: tenant.id, kind: 'machine' };
  const { client, secret = '' } = await parts.clients.create({
    ...{ ...common, name: 'Manager', scopes: PERMISSIONS, resources: [API_RESOURCE] },
  });
  const machine = { id: client.id, secret };
  const apps: string[] = [];
  const people: string[] = [];
  for (let at = 0; at < SOME; at += 1) {
    apps.push((await parts.clients.create({ ...common, name: 'App' })).client.id);
    const made = await parts.users.create({
      ...{ tenantId: tenant.id, name: 'Ada', role: 'tenant_admin', verified: true },
      ...{ email: `ada.${at}@bench.example`, password: 'Correct horse battery staple 4!' },
    });
    if (!made.ok) throw new Error(made.reason);
    people.push(made.value.id);
  }
  return { machine, tenant: tenant.id, people, apps };
}

/** Each change and each entry that has not exactly one of the other. */
function mismatches({ changed, told }: Happened): string[] {
  const untold = Map.groupBy(changed, (deed) => deed);
  const unfounded = told.filter(({ deed }) => untold.get(deed)?.pop() === undefined);
  return [
    ...[...untold.values()].flat().map((deed) => `a change without its entry: ${deed}`),
    ...unfounded.map(({ action, deed }) => `an entry without its change: ${action}, ${deed}`),
  ];
}

/** Counts what became of everything that was asked, act by act. */
function createTally() {
  const figures = new Map(
    ACT_NAMES.map((act) => [act, { acknowledged: 0, refused: 0, committed: 0, neither: 0 }]),
  );

  function addAct(act: ActName, asked: readonly Asking[], { told }: Happened): string[] {
    const entries = told.filter(({ action }) => action === ACTS[act].action);
    const acknowledged = asked.filter(({ status = 0 }) => status >= 200 && status < 300);
    const unanswered = asked.filter(({ status }) => status === undefined).length;
    const ids = new Set(acknowledged.map(({ requestId }) => requestId));
    const committed = entries.filter(({ requestId }) => !ids.has(requestId ?? '')).length;
    const figure = figures.get(act);
    if (figure) {
      figure.acknowledged += acknowledged.length;
      figure.refused += asked.length - acknowledged.length - unanswered;
      figure.committed += committed;
      figure.neither += unanswered - committed;
    }
    return [
      ...[...ids]
        .filter((id) => entries.filter(({ requestId }) => requestId === id).length !== 1)
        .map((id) => `acknowledged and not there: ${act}, request ${id}`),
      ...(committed > unanswered ? [`more done than was asked: ${act}`] : []),
      ...asked
        .filter(({ status = 0 }) => status >= 500)
        .map(({ status }) => `answered with ${status}: ${act}`),
    ];
  }

  return {
    add: (asked: readonly Asking[], happened: Happened) =>
      ACT_NAMES.flatMap((act) =>
        addAct(
          act,
          asked.filter((one) => one.act === act),
          happened,
        ),
      ),
    print() {
      for (const [act, { acknowledged, refused, committed, neither }] of figures)
        console.log(
          `${act}: ${acknowledged} acknowledged, ${refused} refused, ${committed} committed unacknowledged, ${neither} neither`,
        );
    },
  };
}

/** Links what the last process left, and goes along the chains as `audit verify` does. */
async function verify(env: Environment): Promise<string[]> {
  await using parts = await openParts({ env, files: machineFiles }, createWarnings().logger);
  while ((await parts.chains.link(5000)) > 0);
  const { verified, pending, wrong, findings } = await parts.chains.verify();
  console.log(`${verified} entries verified, ${pending} not linked, ${wrong} wrong`);
  const more = wrong - findings.length;
  return [
    ...findings.map(
      ({ wrong: fault, words, entryId, at }) =>
        `the log: ${fault}: entry ${entryId ?? 'none'} of ${at ?? 'no time'}: ${words}`,
    ),
    ...(more > 0 ? [`the log: and ${more} more that are wrong`] : []),
    ...(pending > 0 ? [`the log: ${pending} entries could not be linked`] : []),
  ];
}

function count(name: 'rounds' | 'clerks' | 'seed'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number.`);
  return number;
}
