import type { Logger } from '#src/kernel/ports.ts';

/** Work that comes round by itself. */
export interface Job {
  readonly name: string;
  /** Milliseconds from one ending to the next beginning. */
  readonly every: number;
  run(): Promise<void>;
}

/** Jobs that run until it is disposed of; disposing waits for those under way. */
export type Timetable = AsyncDisposable;

/**
 * Runs each job over and over, never twice at once. A job that fails is logged and comes round again:
 * the next round is its retry.
 */
export function startTimetable(jobs: readonly Job[], logger: Logger): Timetable {
  const lines = jobs.map((job) => startLine(job, logger));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(lines.map((stop) => stop()));
    },
  };
}

function startLine(job: Job, logger: Logger): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  const round = () => {
    underWay = job
      .run()
      .catch((error: unknown) => logger.error({ job: job.name, err: error }, 'a job failed'))
      .finally(wait);
  };
  const wait = () => {
    if (!stopped) timer = setTimeout(round, job.every).unref();
  };

  wait();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return underWay;
  };
}
