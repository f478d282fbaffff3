import { createIds } from '#src/infra/crypto/ids.ts';
import { SECOND, systemClock } from '#src/kernel/clock.ts';
import { machineFiles, processEnvironment } from './config/process.ts';
import { type Instance, start } from './start.ts';

const write = (line: string) => void process.stdout.write(line);

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Within it, two signals are one: a terminal tells all of its processes, and npm tells its child once more. */
const ECHO = SECOND / 2;

/** The first signal stops the instance, the second ends the process at once. */
function obey(instance: Instance): void {
  let asked: number | undefined;
  const hear = () => {
    if (asked !== undefined) {
      if (performance.now() - asked > ECHO) process.exit(1);
      return;
    }
    asked = performance.now();
    instance
      .stop()
      .catch(fail)
      .finally(() => process.exit());
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, hear);
}

try {
  obey(
    await start({
      env: processEnvironment(),
      files: machineFiles,
      clock: systemClock,
      ids: createIds(systemClock),
      write,
      elapsed: () => performance.now(),
    }),
  );
} catch (error) {
  fail(error);
}
