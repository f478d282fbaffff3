import { scrub } from '#src/infra/log/redact.ts';
import { Fault, InvalidInput, Unavailable } from '#src/kernel/faults.ts';
import type { SettingFault } from '../config/collect.ts';

/** The settings cannot be used; says everything that is wrong with them. */
export class BadConfiguration extends Error {
  readonly faults: readonly SettingFault[];

  constructor(faults: readonly SettingFault[]) {
    super(faults.map(({ name, text }) => `${name}: ${text}`).join('; '));
    this.name = new.target.name;
    this.faults = faults;
  }
}

/**
 * What a person is told of a command that failed: one line, without a stack and without a secret. Only
 * a command that is about the settings has a line for each fault of theirs.
 */
export function explain(error: unknown, aboutSettings: boolean): readonly string[] {
  const isList = aboutSettings && error instanceof BadConfiguration;
  const reasons = isList
    ? error.faults.map(({ name, text }) => `${name}: ${text}`)
    : [reasonOf(error)];
  return reasons.map((reason) => oneLine(scrub(reason)));
}

/** A text as one line that no terminal takes for an order. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?');
}

function reasonOf(error: unknown): string {
  if (error instanceof InvalidInput) return [error.detail, ...fieldFaults(error)].join(' ');
  if (error instanceof Unavailable) return `${error.detail}${causeOf(error)}`;
  if (error instanceof Fault) return error.detail;
  return error instanceof Error && error.message !== '' ? error.message : 'Something went wrong.';
}

/** What the system or the driver said, where the fault does not say it itself. */
function causeOf({ cause, detail }: Unavailable): string {
  if (!(cause instanceof Error)) return '';
  const code = 'code' in cause ? String(cause.code) : cause.message;
  return code === '' || detail.includes(code) ? '' : ` (${code})`;
}

/** Fields whose option has another name than they have. */
const OPTIONS: Readonly<Record<string, string>> = {
  tenantId: '--tenant',
  scopes: '--scope',
  requirePkce: '--no-pkce',
  dpopBound: '--dpop',
  jwks: '--jwks',
  password: 'password',
  sessionWatch: '--suspicious',
};

function fieldFaults({ fields }: InvalidInput): readonly string[] {
  return Object.entries(fields).map(([field, fault]) => `${optionOf(field)}: ${fault}`);
}

/** `redirectUris.1` is the second `--redirect-uri`. */
function optionOf(field: string): string {
  const [name = '', at] = field.split('.');
  const words = name.replace(/s$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const option = OPTIONS[name] ?? `--${words}`;
  return at === undefined ? option : `${option} (${Number(at) + 1})`;
}
