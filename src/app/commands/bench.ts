import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../config/env.ts';
import { machineFiles } from '../config/machine.ts';
import { readText } from './machine-terminal.ts';
import { runProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** What a command line came to. */
export interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a process of its own, in an environment that holds nothing else. */
export async function avian(
  args: readonly string[],
  env: Environment,
  input: string | Uint8Array = '',
): Promise<Ending> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env });
  // It may end without having read a thing.
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

/** The same within this process: all but what is read from and written to the system. */
export async function avianHere(
  args: readonly string[],
  env: Environment,
  input = '',
): Promise<Ending> {
  const said = { out: '', err: '' };
  const code = await runProgram(args, {
    env,
    files: machineFiles,
    readText,
    out: (line) => void (said.out += `${line}\n`),
    err: (line) => void (said.err += `${line}\n`),
    readInput: async () => input,
  });
  return { code, ...said };
}

/** The one object that a command with --json printed. */
export function objectOf({ code, out, err }: Ending): Record<string, unknown> {
  if (code !== 0 || err !== '') throw new Error(`The command failed (${code}): ${err}`);
  if (!/^\{.*\}\n$/.test(out)) throw new Error(`That is no single object: ${out}`);
  return JSON.parse(out) as Record<string, unknown>;
}

/** The one line that a command which failed has said. */
export function complaintOf({ code, out, err }: Ending): string {
  if (code === 0 || out !== '') throw new Error(`The command did not fail: ${out}`);
  if (!/^[^\p{Cc}]+\n$/u.test(err))
    throw new Error(`That is no single line: ${JSON.stringify(err)}`);
  return err.trimEnd();
}
