import type { Measured } from './load.ts';

/** Both servers, one right after the other. */
export interface Round {
  readonly scenario: string;
  readonly avian: Measured;
  readonly bare: Measured;
}

/**
 * A line for each scenario: the medians of both servers, and how many times the bare one Avian is. The
 * ratio is that of each round, so that a machine whose pace changes meanwhile does not tell in it.
 */
export function reportOf(rounds: readonly Round[]): string {
  const scenarios = Map.groupBy(rounds, ({ scenario }) => scenario);
  const lines = [...scenarios].map(([scenario, alike]) => {
    const avian = medianOf(alike.map((round) => round.avian));
    const bare = medianOf(alike.map((round) => round.bare));
    const ratios = alike.map((round) => round.avian.perCpuSecond / round.bare.perCpuSecond);
    return [
      scenario,
      whole(avian.perCpuSecond),
      whole(bare.perCpuSecond),
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
      whole(avian.perSecond),
      avian.p50.toFixed(1),
      avian.p99.toFixed(1),
    ];
  });
  return table([HEAD, ...lines]);
}

const HEAD = [
  '',
  'avian op/CPU-s',
  'bare op/CPU-s',
  'ratio',
  'of rounds',
  'avian op/s',
  'p50 ms',
  'p99 ms',
];

/** How much later token requests may be beside people signing in than alone, at their p95. */
const MOST_BESIDE_MS = 50;

export interface Beside {
  readonly alone: Measured;
  readonly beside: Measured;
  readonly signIns: Measured;
  /** How many people signed in at once. */
  readonly people: number;
}

/** How token requests fare beside people signing in, in Avian, and whether that is well enough. */
export function besideReport({ alone, beside, signIns, people }: Beside): string {
  const times = (measured: Measured, digits: number) =>
    [measured.p50, measured.p95, measured.p99].map((time) => time.toFixed(digits));
  const lines = table([
    ['token requests', 'op/s', 'p50 ms', 'p95 ms', 'p99 ms'],
    ['alone', whole(alone.perSecond), ...times(alone, 1)],
    [`beside ${people} signing in`, whole(beside.perSecond), ...times(beside, 1)],
    ['  the sign-ins', signIns.perSecond.toFixed(1), ...times(signIns, 0)],
  ]);
  const more = beside.p95 - alone.p95;
  const verdict = more < MOST_BESIDE_MS ? 'holds' : 'DOES NOT HOLD';
  return `${lines}\np95 beside them: ${more.toFixed(1)} ms more; under ${MOST_BESIDE_MS} ms ${verdict}`;
}

function medianOf(
  measured: readonly Measured[],
): Omit<Measured, 'operations' | 'cpuSeconds' | 'p95'> {
  const of = (read: (one: Measured) => number) => median(measured.map(read));
  return {
    perCpuSecond: of((one) => one.perCpuSecond),
    perSecond: of((one) => one.perSecond),
    p50: of((one) => one.p50),
    p99: of((one) => one.p99),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function whole(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toFixed(1);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join('');
  return rows.map(line).join('\n');
}
