import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

/** Logs so many lines of 4 KB at once, says on standard error that it is still there, and goes. */
const TALKER = `
  import { createLogger } from ${JSON.stringify(new URL('./pino.ts', import.meta.url).href)};
  const [lines, ending] = process.argv.slice(1);
  const logger = createLogger({ level: 'info' });
  for (let line = 0; line < Number(lines); line++) logger.info({ line, filler: 'x'.repeat(4000) }, 'talk');
  if (ending === 'exit') process.exit(0);
  setImmediate(() => process.stderr.write('alive'));
`;

function talk(stdout: number | 'pipe', ...args: string[]) {
  return spawn(process.execPath, ['--input-type=module', '--eval', TALKER, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
  });
}

async function linesOf(child: ReturnType<typeof talk>): Promise<readonly number[]> {
  const said = child.stdout ? await text(child.stdout) : '';
  return said
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { line: number }).line);
}

describe('the log on standard output', () => {
  it('arrives whole and in order', async () => {
    expect(await linesOf(talk('pipe', '500'))).toEqual(
      Array.from({ length: 500 }, (_, line) => line),
    );
  });

  it('has its last lines too when the process is ended at once', async () => {
    expect(await linesOf(talk('pipe', '5', 'exit'))).toEqual([0, 1, 2, 3, 4]);
  });

  it('loses lines and nothing else while its reader is stuck', async () => {
    const child = talk('pipe', '5000');
    const first = await new Promise((resolve) =>
      child.stderr?.once('data', (data) => resolve(String(data))),
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(first).toBe('alive');
  });

  it('loses lines and nothing else when its reader is gone', async () => {
    const child = talk('pipe', '500');
    child.stdout?.destroy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const said = child.stderr ? await text(child.stderr) : '';
    expect([said, await ended]).toEqual(['alive', 0]);
  });

  it('loses lines and nothing else on a full disk', async () => {
    const full = openSync('/dev/full', 'w');
    const child = talk(full, '500');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const said = child.stderr ? await text(child.stderr) : '';
    closeSync(full);
    expect([said, await ended]).toEqual(['alive', 0]);
  });
});
