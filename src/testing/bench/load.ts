import { cpuSecondsOf } from './cpu.ts';
import { createHttpClient } from './http-client.ts';
import type { Scenario, Target } from './scenarios.ts';

export interface Load {
  readonly scenario: Scenario;
  readonly users: number;
}

export interface Measured {
  readonly operations: number;
  readonly perSecond: number;
  /** Operations in each second of processor time that the server took, its children included. */
  readonly perCpuSecond: number;
  readonly cpuSeconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Virtual users at one server, ready and warmed up. */
export interface Crowds extends Disposable {
  /** All loads at the same time, for so many seconds; each user asks again as soon as it was answered. */
  measure(seconds: number): Promise<Measured[]>;
}

/** Seconds. A young process compiles its code for longer than it takes to answer a thousand requests. */
const WARM_UP = 6;

export async function gather({ target, pid }: Measurable, loads: readonly Load[]): Promise<Crowds> {
  const crowds = await Promise.all(loads.map((load) => crowdOf(target, load)));
  const run = (seconds: number) => Promise.all(crowds.map((crowd) => crowd.run(seconds)));
  await run(WARM_UP);
  return {
    async measure(seconds) {
      const before = cpuSecondsOf(pid);
      const results = await run(seconds);
      const cpuSeconds = cpuSecondsOf(pid) - before;
      return results.map((result) => summarise(result.times, result.seconds, cpuSeconds));
    },
    [Symbol.dispose]() {
      for (const crowd of crowds) crowd.leave();
    },
  };
}

/** A server, and the process whose time counts. */
interface Measurable {
  readonly target: Target;
  readonly pid: number;
}

async function crowdOf(target: Target, { scenario, users }: Load) {
  const client = createHttpClient(users);
  const ready = (at: number) => scenario(as(target, at), client);
  const crowd = await Promise.all(Array.from({ length: users }, (_, at) => ready(at)));

  async function run(seconds: number): Promise<{ times: number[]; seconds: number }> {
    const times: number[] = [];
    const start = performance.now();
    const end = start + seconds * 1000;
    await Promise.all(
      crowd.map(async (act) => {
        for (let from = performance.now(); from < end; from = performance.now()) {
          await act();
          times.push(performance.now() - from);
        }
      }),
    );
    return { times, seconds: (performance.now() - start) / 1000 };
  }

  return { run, leave: () => client[Symbol.dispose]() };
}

function as(target: Target, at: number): Target {
  const { people = [] } = target;
  return { ...target, person: people[at % people.length] ?? target.person };
}

function summarise(times: readonly number[], seconds: number, cpuSeconds: number): Measured {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return {
    operations: times.length,
    perSecond: times.length / seconds,
    perCpuSecond: cpuSeconds > 0 ? times.length / cpuSeconds : 0,
    cpuSeconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}
