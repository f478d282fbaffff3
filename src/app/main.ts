import { createIds } from '#src/infra/crypto/ids.ts';
import { systemClock } from '#src/kernel/clock.ts';
import { machineFiles, processEnvironment } from './config/process.ts';
import { start } from './start.ts';

const write = (line: string) => void process.stdout.write(line);

try {
  const instance = await start({
    env: processEnvironment(),
    files: machineFiles,
    clock: systemClock,
    ids: createIds(systemClock),
    write,
    elapsed: () => performance.now(),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void instance.stop().then(() => process.exit(0)));
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
