import { readFile } from 'node:fs/promises';
import { InvalidInput } from '#src/kernel/faults.ts';
import { machineFiles, processEnvironment } from '../config/machine.ts';
import type { Terminal } from './terminal.ts';

const LONGEST_INPUT = 1024 * 1024;

/** The terminal that this process was started from. */
export function machineTerminal(): Terminal {
  // A reader that has gone, such as `head`, has seen what it wanted.
  process.stdout.on('error', () => undefined);
  return {
    env: processEnvironment(),
    files: machineFiles,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    readInput,
    readText,
  };
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_INPUT) throw new InvalidInput('Standard input is too long.');
    chunks.push(chunk);
  }
  return decoded(Buffer.concat(chunks), 'Standard input');
}

/** A file that a person named; what is wrong with it is told of it by its name. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidInput(`The file ${path} cannot be read (${cause.code ?? 'unknown'}).`);
  });
  return decoded(bytes, `The file ${path}`);
}

/** Strictly: a password whose bytes were replaced would be another one. */
function decoded(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // It says no more than that.
    throw new InvalidInput(`${name} is not UTF-8 text.`);
  }
}
