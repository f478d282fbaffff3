/** One finished record as a short line for a person at a terminal. */
export function humanLine(record: Readonly<Record<string, unknown>>): string {
  const { level, time, msg, err, ...fields } = record;
  const words = Object.entries(fields).map(([name, value]) => `${printable(name)}=${shown(value)}`);
  const head = [textOf(time).slice(11, 23), textOf(level).padEnd(5), printable(textOf(msg))];
  return `${[...head, ...words].join('  ')}${errorLines(err)}\n`;
}

/** Each line of an error starts with a margin, so that none can pass for a record of its own. */
function errorLines(err: unknown): string {
  if (typeof err !== 'object' || err === null)
    return err === undefined ? '' : `  err=${shown(err)}`;
  const { type, message, stack, cause } = err as Readonly<Record<string, unknown>>;
  const frames = textOf(stack)
    .split('\n')
    .map((frame) => frame.trim());
  const below = cause === undefined ? [] : [`cause: ${shown(cause)}`];
  const lines = [`${textOf(type)}: ${textOf(message)}`, ...frames, ...below];
  return lines.map((line) => `\n    ${printable(line)}`).join('');
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return printable(JSON.stringify(value) ?? '');
  return /^[\w.:/@+-]+$/.test(value) ? value : printable(JSON.stringify(value));
}

/** Escapes every control character: a line feed or an escape sequence would forge a line (R12). */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
