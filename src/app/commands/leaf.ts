import type { Command } from 'commander';
import type { Logger } from '#src/kernel/ports.ts';
import { createWarnings, type Terminal } from './terminal.ts';

/** One command: what it does with the parts it needs, and how a person is told of it. */
export interface Deed<Parts, Options, Result extends object> {
  run(parts: Parts, options: Options): Result | Promise<Result>;
  say(result: Result): string;
  /** Whether what it came to is a failure, once it has been said. */
  failed?(result: Result): boolean;
}

/** A command has said itself that it failed. */
export class Failed extends Error {}

export interface Leaf<Parts, Flags, Options, Result extends object> {
  /** Opens what the command needs; it is closed again whatever happens. */
  open(terminal: Terminal, logger: Logger): Promise<Parts & AsyncDisposable>;
  /** Imports the command when it is called, and no earlier: help costs nothing. */
  load(): Promise<Deed<Parts, Options, Result>>;
  /** Reads what the options only point to. */
  prepare(flags: Flags, terminal: Terminal): Promise<Options>;
}

/**
 * Makes a command of `command`. With `--json` it prints exactly one object. A result is shown before
 * anything is closed: a secret that is told once must not be lost to a fault on the way out.
 */
export function addLeaf<Parts, Flags, Options, Result extends object>(
  command: Command,
  terminal: Terminal,
  leaf: Leaf<Parts, Flags, Options, Result>,
): void {
  command.option('--json', 'print one JSON object');
  command.action(async (flags: Flags & { readonly json?: true }) => {
    const options = await leaf.prepare(flags, terminal);
    const deed = await leaf.load();
    const { logger, lines } = createWarnings();
    {
      await using parts = await leaf.open(terminal, logger);
      const result = await deed.run(parts, options);
      terminal.out(flags.json ? JSON.stringify(result) : deed.say(result));
      if (deed.failed?.(result)) throw new Failed();
    }
    for (const line of lines) terminal.err(`Warning: ${line}`);
  });
}
