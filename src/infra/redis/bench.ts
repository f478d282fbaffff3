import type { LogFields, Logger } from '#src/kernel/ports.ts';

export interface Line extends LogFields {
  readonly level: keyof Logger;
  readonly message: string;
}

/** A logger, and what it was told. */
export function createLog(): { readonly logger: Logger; readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const note = (level: keyof Logger) => (fields: LogFields, message: string) =>
    void lines.push({ ...fields, level, message });
  const logger = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  };
  return { logger, lines };
}
