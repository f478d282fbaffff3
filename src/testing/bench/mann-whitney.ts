/**
 * How likely two samples are to differ as much as these do where their sources don't: the two-sided p of
 * Mann and Whitney's U test, by its normal approximation, corrected for ties and continuity.
 */
export function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  const { rankSum, ties } = rank(all);
  const [n, m] = [one.length, other.length];
  const total = n + m;
  const u = rankSum - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance === 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return 2 * (1 - normal(z));
}

/** The sum of the first sample's ranks, equal values sharing theirs, and what ties take from the variance. */
function rank(sorted: readonly { readonly value: number; readonly isOne: boolean }[]) {
  let rankSum = 0;
  let ties = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (sorted[to]?.value === sorted[from]?.value && to < sorted.length) to += 1;
    const shared = (from + 1 + to) / 2;
    rankSum += shared * sorted.slice(from, to).filter(({ isOne }) => isOne).length;
    const size = to - from;
    ties += size ** 3 - size;
    from = to;
  }
  return { rankSum, ties };
}

/** The standard normal distribution (Abramowitz and Stegun 26.2.17, good to 7.5e-8). */
function normal(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const series =
    t *
    (0.319_381_53 +
      t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
