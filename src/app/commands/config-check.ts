import { readConfig } from '../config/config.ts';
import { BadConfiguration } from './failure.ts';
import type { Terminal } from './terminal.ts';

interface Checked {
  readonly ok: true;
  readonly warnings: readonly string[];
}

/** Reads the settings as a start would, and starts nothing. Throws `BadConfiguration` with every fault. */
export function run({ env, files }: Pick<Terminal, 'env' | 'files'>): Checked {
  const reading = readConfig(env, files);
  if (!reading.ok) throw new BadConfiguration(reading.faults);
  return { ok: true, warnings: reading.warnings.map(({ name, text }) => `${name}: ${text}`) };
}

export function say({ warnings }: Checked): string {
  const lines = warnings.map((warning) => `Warning: ${warning}`);
  return ['The settings are in order.', ...lines].join('\n');
}
