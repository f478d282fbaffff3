import { readFileSync, statSync } from 'node:fs';
import type { FileReading, Files } from './collect.ts';
import type { Environment } from './env.ts';

const LARGEST_FILE = 1024 * 1024;
const READABLE_BY_ALL = 0o004;

/** The variables of this process. Nothing else reads them (R12.6). */
export function processEnvironment(): Environment {
  return { ...process.env };
}

/** The files of this machine. */
export const machineFiles: Files = { read: readSettingFile };

function readSettingFile(path: string): FileReading {
  try {
    const { mode, size } = statSync(path);
    if (size > LARGEST_FILE) return { ok: false, why: 'too large' };
    return {
      ok: true,
      text: readFileSync(path, 'utf8'),
      readableByAll: (mode & READABLE_BY_ALL) !== 0,
    };
  } catch (cause) {
    // The path stays out of the fault: people put the secret itself there.
    return {
      ok: false,
      why: cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown',
    };
  }
}
