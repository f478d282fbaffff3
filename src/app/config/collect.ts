import { type Environment, VARIABLE_NAMES, VARIABLES, type VariableName } from './env.ts';
import { nearest } from './nearest.ts';

/** What is wrong with one variable. Never repeats what the variable holds. */
export interface SettingFault {
  readonly name: string;
  readonly text: string;
}

/** The files that settings name. */
export interface Files {
  read(path: string): FileReading;
}

export type FileReading =
  | { readonly ok: true; readonly text: string; readonly readableByAll: boolean }
  /** `why`: the system's name for it, such as ENOENT. */
  | { readonly ok: false; readonly why: string };

/** The texts of all variables, `*_FILE` looked up, and what is wrong or doubtful so far. */
export interface Collected {
  readonly texts: Readonly<Partial<Record<VariableName, string>>>;
  readonly faults: readonly SettingFault[];
  readonly warnings: readonly SettingFault[];
}

/** Gathers the variables we know. An empty one counts as not set, as compose files leave them. */
export function collect(env: Environment, files: Files): Collected {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, text]) => text !== undefined && text !== ''),
  );
  const looked = VARIABLE_NAMES.map((name) => ({ name, ...lookUp(name, given, files) }));
  const named = looked.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]]));
  return {
    texts: Object.fromEntries(named),
    faults: [...unknownNames(given), ...looked.flatMap(({ fault }) => fault ?? [])],
    warnings: looked.flatMap(({ warning }) => warning ?? []),
  };
}

type Given = Readonly<Record<string, string | undefined>>;

interface Looked {
  readonly text?: string;
  readonly fault?: SettingFault;
  readonly warning?: SettingFault;
}

/** One variable, itself or from the file that its `*_FILE` names. */
function lookUp(name: VariableName, given: Given, files: Files): Looked {
  const fileName = `${name}_FILE`;
  const text = given[name];
  const path = isSecret(name) ? given[fileName] : undefined;
  if (path === undefined) return text === undefined ? {} : { text };
  if (text !== undefined) {
    return { text, fault: { name, text: `is given twice, itself and as ${fileName}` } };
  }
  const reading = files.read(path);
  if (!reading.ok) {
    const fault = `names a file that cannot be read (${reading.why})`;
    return { fault: { name: fileName, text: fault } };
  }
  const warning = { name: fileName, text: 'names a file that all on this machine can read' };
  return {
    text: reading.text.replace(/\r?\n$/, ''),
    ...(reading.readableByAll && { warning }),
  };
}

export function isSecret(name: VariableName): boolean {
  const variable: { readonly secret?: true } = VARIABLES[name];
  return variable.secret === true;
}

/**
 * What Kubernetes puts into every container for a service whose name begins with "avian": not ours, and
 * not mistyped either.
 */
const SERVICE_LINK =
  /^AVIAN_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;

function isServiceLink(name: string, text: string): boolean {
  return (
    SERVICE_LINK.test(name) ||
    (/^AVIAN_(?:\w+_)?PORT$/.test(name) && /^(?:tcp|udp|sctp):\/\//.test(text))
  );
}

function* unknownNames(given: Given): Generator<SettingFault> {
  const known = VARIABLE_NAMES.flatMap((name) =>
    isSecret(name) ? [name, `${name}_FILE`] : [name],
  );
  for (const [name, text = ''] of Object.entries(given)) {
    if (!name.startsWith('AVIAN_') || known.includes(name) || isServiceLink(name, text)) continue;
    const meant = nearest(name, known);
    const shown = name.replace(/[^\w.-]/g, '?').slice(0, 64);
    yield { name: shown, text: meant ? `is not known; did you mean ${meant}?` : 'is not known' };
  }
}
