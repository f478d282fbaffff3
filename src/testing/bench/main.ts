/**
 * `npm run bench -- [--seconds 10] [--rounds 3] [--users 32] [--scenario NAME]… [--profile FOLDER]`
 *
 * Operations per CPU-second of Avian (its own process, Postgres, Redis) beside a bare in-memory
 * oidc-provider, taking turns in one run: the machine's moods are shared, the ratio is what counts.
 */
import { parseArgs } from 'node:util';
import { type Measured, measure } from './load.ts';
import { type Peer, startAvianPeer, startBarePeer } from './peers.ts';
import { profileReport } from './profile.ts';
import { besideReport, type Round, reportOf } from './report.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const NAMES = Object.keys(SCENARIOS) as ScenarioName[];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    users: { type: 'string', default: '32' },
    scenario: { type: 'string', multiple: true, default: [...NAMES, 'beside'] },
    profile: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const users = Number(values.users);
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
  await using avian = await startAvianPeer(flags);
  await using bare = await startBarePeer([]);
  const since = Number(process.hrtime.bigint() / 1000n);
  const rounds: Round[] = [];
  for (const scenario of chosen) {
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const peer of round % 2 === 0 ? [bare, avian] : [avian, bare]) {
        const measured = await once(peer, scenario);
        rounds.push({ scenario, peer: peer.name, measured });
        console.error(`${scenario}, ${peer.name}: ${measured.perCpuSecond.toFixed(0)} op/CPU-s`);
      }
    }
  }
  if (rounds.length > 0) console.log(`${reportOf(rounds)}\n`);
  if (values.scenario.includes('beside')) console.log(`${await besideSignIns(avian)}\n`);
  return since;
}

async function once({ target, pid }: Peer, scenario: ScenarioName): Promise<Measured> {
  const [measured] = await measure(target, pid, [
    { scenario: SCENARIOS[scenario], users, seconds },
  ]);
  if (!measured) throw new Error('Nothing was measured.');
  return measured;
}

/** Token requests of four machines, alone and while `users` people sign in without a pause. */
async function besideSignIns({ target, pid }: Peer): Promise<string> {
  const tokens = { scenario: SCENARIOS['client credentials'], users: 4, seconds };
  const people = { scenario: SCENARIOS['sign-in'], users, seconds };
  const [alone] = await measure(target, pid, [tokens]);
  const [beside, signIns] = await measure(target, pid, [tokens, people]);
  if (!alone || !beside || !signIns) throw new Error('Nothing was measured.');
  return besideReport({ alone, beside, signIns });
}
