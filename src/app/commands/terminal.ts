import type { Logger } from '#src/kernel/ports.ts';
import type { Files } from '../config/collect.ts';
import type { Environment } from '../config/env.ts';

/** What a command has of the world: handed in, so that none reads or writes the process itself. */
export interface Terminal {
  readonly env: Environment;
  readonly files: Files;
  /** Lines on standard output; nothing else appears there. */
  out(text: string): void;
  /** A line on standard error. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  readText(path: string): Promise<string>;
}

/** A log for commands: what should be known is kept, to be told if the command succeeds. */
export function createWarnings(): { readonly logger: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep: Logger['warn'] = ({ hint }, message) => {
    lines.push(typeof hint === 'string' ? `${message} (${hint})` : message);
  };
  const drop = () => undefined;
  return { logger: { debug: drop, info: drop, warn: keep, error: keep }, lines };
}
