import { cpuSecondsOf } from './cpu.ts';
import { createHttpClient } from './http-client.ts';
import type { Scenario, Target } from './scenarios.ts';

export interface Load {
  readonly scenario: Scenario;
  readonly users: number;
  readonly seconds: number;
}

export interface Measured {
  readonly operations: number;
  readonly perSecond: number;
  /** Operations in each second of processor time that the server took, its children included. */
  readonly perCpuSecond: number;
  readonly cpuSeconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** Loads at one server at the same time, each user asking again as soon as it was answered. */
export async function measure(
  target: Target,
  pid: number,
  loads: readonly Load[],
): Promise<Measured[]> {
  const crowds = await Promise.all(loads.map((load) => gather(target, load)));
  try {
    await Promise.all(crowds.map((crowd) => crowd.run(WARM_UP)));
    const before = cpuSecondsOf(pid);
    const results = await Promise.all(
      crowds.map((crowd, at) => crowd.run(loads[at]?.seconds ?? 1)),
    );
    const cpuSeconds = cpuSecondsOf(pid) - before;
    return results.map(({ times, seconds }) => summarise(times, seconds, cpuSeconds));
  } finally {
    for (const crowd of crowds) crowd.leave();
  }
}

const WARM_UP = 1.5;

async function gather(target: Target, { scenario, users }: Load) {
  const client = createHttpClient(users);
  const crowd = await Promise.all(Array.from({ length: users }, () => scenario(target, client)));

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
    p99: at(0.99),
  };
}
