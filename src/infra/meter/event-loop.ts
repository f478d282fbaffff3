import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SECOND } from '#src/kernel/clock.ts';

/** How late the event loop is, in milliseconds, over the last second that is over. */
export interface EventLoopMeter extends Disposable {
  /** Of a busy loop it is high; a single long turn hardly raises it. */
  mean(): number;
  p99(): number;
}

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

/** Measures from now until it is disposed of; keeps no process alive. */
export function createEventLoopMeter(): EventLoopMeter {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let last = { mean: 0, p99: 0 };
  const turn = setInterval(() => {
    // With no sample the histogram has no mean, and a percentile of nothing.
    if (histogram.count > 0) {
      last = { mean: lateness(histogram.mean), p99: lateness(histogram.percentile(99)) };
    }
    histogram.reset();
  }, SECOND).unref();
  return {
    mean: () => last.mean,
    p99: () => last.p99,
    [Symbol.dispose]() {
      clearInterval(turn);
      histogram.disable();
    },
  };
}

/** A loop with nothing to do comes round in the time that is asked of it: only what is beyond is late. */
function lateness(nanoseconds: number): number {
  return Math.max(0, Math.round((nanoseconds / NANOSECONDS - RESOLUTION_MS) * 10) / 10);
}
