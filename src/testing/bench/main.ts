/**
 * `npm run bench -- [--seconds 2] [--rounds 15] [--users 32] [--scenario NAME]… [--people 64] [--profile FOLDER]`
 *
 * Operations per CPU-second of Avian (its own process, Postgres, Redis) beside a bare in-memory
 * oidc-provider, both warmed up, taking turns of some seconds: the machine's moods are shared, the ratio
 * is what counts. The scenario `beside` is Avian's alone: token requests while so many people sign in.
 */
import { parseArgs } from 'node:util';
import { type Crowds, gather, type Load, type Measured } from './load.ts';
import { type Peer, startAvianPeer, startBarePeer } from './peers.ts';
import { profileReport } from './profile.ts';
import { besideReport, type Round, reportOf } from './report.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const NAMES = Object.keys(SCENARIOS) as ScenarioName[];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '15' },
    users: { type: 'string', default: '32' },
    people: { type: 'string', default: '64' },
    scenario: { type: 'string', multiple: true, default: [...NAMES, 'beside'] },
    profile: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const users = Number(values.users);
const people = Number(values.people);
/** A p99 wants many requests. */
const BESIDE_SECONDS = 10;
const chosen = NAMES.filter((name) => values.scenario.includes(name));

try {
  const flags =
    values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const since = await bench(flags);
  if (values.profile !== undefined) console.log(await profileReport(values.profile, since));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

/** Says when the load began, in microseconds of the monotonic clock. */
async function bench(flags: readonly string[]): Promise<number> {
  await using avian = await startAvianPeer(flags, Math.max(users, people));
  await using bare = await startBarePeer([]);
  const since = Number(process.hrtime.bigint() / 1000n);
  const rounds: Round[] = [];
  for (const scenario of chosen) rounds.push(...(await takeTurns(scenario, avian, bare)));
  if (rounds.length > 0) console.log(`${reportOf(rounds)}\n`);
  if (values.scenario.includes('beside')) console.log(`${await besideSignIns(avian)}\n`);
  return since;
}

async function takeTurns(name: ScenarioName, avian: Peer, bare: Peer): Promise<Round[]> {
  const loads = [{ scenario: SCENARIOS[name], users }];
  using own = await gather(avian, loads);
  using other = await gather(bare, loads);
  const rounds: Round[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const measured = { avian: await first(own), bare: await first(other) };
    rounds.push({ scenario: name, ...measured });
    const figures = Object.entries(measured).map(
      ([peer, one]) => `${peer} ${one.perCpuSecond.toFixed(0)}`,
    );
    console.error(`${name}: ${figures.join(', ')} op/CPU-s`);
  }
  return rounds;
}

async function first(crowds: Crowds): Promise<Measured> {
  const [measured] = await crowds.measure(seconds);
  if (!measured) throw new Error('Nothing was measured.');
  return measured;
}

/** Token requests of four machines, alone and while `people` sign in without a pause. */
async function besideSignIns(avian: Peer): Promise<string> {
  const tokens = { scenario: SCENARIOS['client credentials'], users: 4 };
  const visitors = { scenario: SCENARIOS['sign-in'], users: people };
  const [alone] = await measured(avian, [tokens]);
  const [beside, signIns] = await measured(avian, [tokens, visitors]);
  if (!alone || !beside || !signIns) throw new Error('Nothing was measured.');
  return besideReport({ alone, beside, signIns, people });
}

async function measured(peer: Peer, loads: readonly Load[]): Promise<Measured[]> {
  using crowds = await gather(peer, loads);
  return await crowds.measure(BESIDE_SECONDS);
}
