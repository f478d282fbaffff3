import { describe, expect, it } from 'vitest';
import type { LogFields, Logger } from '#src/kernel/ports.ts';
import { startTimetable } from './jobs.ts';

function listening() {
  const lines: string[] = [];
  const log = (fields: LogFields, message: string) =>
    void lines.push(`${message} ${String(fields['job'])}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  return { lines, logger };
}

/** A job that tells when it ran so often. */
function counted(times: number, fails = false) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const run = async () => {
    count += 1;
    if (count === times) resolve();
    if (fails) throw new Error('not today');
  };
  return { job: { name: 'counted', every: 1, run }, enough: promise, count: () => count };
}

describe('the timetable', () => {
  it('runs a job over and over', async () => {
    const { job, enough, count } = counted(3);
    await using _ = startTimetable([job], listening().logger);
    await enough;
    expect(count()).toBeGreaterThanOrEqual(3);
  });

  it('lets a job that failed come round again, and says so', async () => {
    const { job, enough } = counted(2, true);
    const { lines, logger } = listening();
    await using _ = startTimetable([job], logger);
    await enough;
    expect(lines[0]).toBe('a job failed counted');
  });

  it('waits for the job under way when it is stopped, and starts none after', async () => {
    const began = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const order: string[] = [];
    const run = async () => {
      began.resolve();
      await end.promise;
      order.push('job');
    };
    const timetable = startTimetable([{ name: 'slow', every: 1, run }], listening().logger);
    await began.promise;
    const stopped = timetable[Symbol.asyncDispose]().then(() => order.push('stopped'));
    end.resolve();
    await stopped;
    expect(order).toEqual(['job', 'stopped']);
  });
});
