import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';

/** What a test must not leave open: connections, servers, processes, timers. */
const WATCHED: ReadonlySet<string> = new Set([
  'PipeWrap',
  'ProcessWrap',
  'TCPServerWrap',
  'TCPSocketWrap',
  'Timeout',
  'TLSWrap',
  'UDPWrap',
]);

const TRIES = 40;

/** What keeps this worker from ending, by kind, beyond what did before. */
export function leftOpen(before: readonly string[], after: readonly string[]): string[] {
  const known = [...before];
  return after
    .filter((kind) => WATCHED.has(kind))
    .filter((kind) => {
      const at = known.indexOf(kind);
      if (at >= 0) known.splice(at, 1);
      return at < 0;
    });
}

/**
 * Fails a test file that leaves something open. A vitest setupFile: its afterAll comes after the file's
 * own. What was just closed is given two seconds to be gone.
 */
export function watchForLeaks(): void {
  let before: readonly string[] = [];
  beforeAll(() => {
    before = process.getActiveResourcesInfo();
  });
  afterAll(async () => {
    let left = leftOpen(before, process.getActiveResourcesInfo());
    for (let attempt = 0; left.length > 0 && attempt < TRIES; attempt += 1) {
      await pause(50);
      left = leftOpen(before, process.getActiveResourcesInfo());
    }
    if (left.length > 0) throw new Error(`This file's tests left open: ${left.join(', ')}.`);
  });
}
