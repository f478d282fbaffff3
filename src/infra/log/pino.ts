import { pino } from 'pino';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import type { LogFields, Logger } from '#src/kernel/ports.ts';
import type { LogContext } from './context.ts';
import type { LogLevel } from './level.ts';
import { humanLine } from './line.ts';
import { standardOutput } from './output.ts';
import { conceal, scrub } from './redact.ts';

export interface LogSettings {
  readonly level: LogLevel;
  /** Short lines for a person instead of JSON for a collector. */
  readonly pretty?: boolean;
  /** Where lines go, each ending in a line feed; standard output unless told. */
  readonly write?: (line: string) => void;
  readonly context?: LogContext;
  readonly clock?: Clock;
}

/** Names the line itself uses: a field of that name would overwrite it for whoever reads the line. */
const TAKEN = new Set(['level', 'time', 'msg', 'requestId']);

/**
 * The product's log: one record, one line.
 *
 * Secrets are hidden by name at any depth and by their looks in texts; whatever a visitor sends, it can
 * neither start a line nor overwrite the record's own fields. A reader that is stuck or gone, or a full
 * disk, loses lines and nothing else.
 */
export function createLogger(settings: LogSettings): Logger {
  const { context, clock = systemClock, write, pretty = false } = settings;
  const send = write ?? standardOutput();
  const sink = pino(
    {
      level: settings.level,
      base: null,
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are records by then; the default would take them apart a second time.
      serializers: { err: (record: unknown) => record },
      mixin: () => requestFields(context),
    },
    { write: pretty ? (line) => send(humanLine(JSON.parse(line))) : send },
  );
  const log = (level: Exclude<LogLevel, 'silent'>) => (fields: LogFields, message: string) => {
    if (sink.isLevelEnabled(level)) sink[level](ownNames(conceal(fields)), scrub(message));
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function requestFields(context: LogContext | undefined): object {
  const requestId = context?.requestId();
  return requestId === undefined ? {} : { requestId: scrub(requestId) };
}

function ownNames(fields: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(fields);
  if (!named.some(([name]) => TAKEN.has(name))) return fields;
  return Object.fromEntries(
    named.map(([name, value]) => [TAKEN.has(name) ? `_${name}` : name, value]),
  );
}
