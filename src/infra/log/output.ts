import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** What waits for a reader that is stuck; beyond it lines are lost. */
const BACKLOG_BYTES = 8 * 1024 * 1024;

/**
 * Standard output for log lines. A pipe's reader that is stuck or gone and a disk that is full lose
 * lines: no request waits for them, and the process can always end.
 */
export function standardOutput(): (line: string) => void {
  const { stdout } = process;
  if (!(stdout instanceof Socket)) return writeToFile;
  // There is nowhere left to say that logging failed; serving goes on without it.
  stdout.on('error', () => undefined);
  return (line) => {
    if (stdout.writableLength < BACKLOG_BYTES) stdout.write(line);
  };
}

/** Each line for itself, so that the log goes on when there is room again. */
function writeToFile(line: string): void {
  try {
    writeSync(process.stdout.fd, line);
  } catch {
    // As above.
  }
}
