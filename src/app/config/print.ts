import { collect, type Files, isSecret } from './collect.ts';
import { type Environment, VARIABLE_NAMES, VARIABLES, type VariableName } from './env.ts';
import { parseCookieKeys, parseSecretKeys } from './secrets.ts';
import { defaultOf, type Variable } from './values.ts';

/** One variable as it holds, fit to be shown. */
export interface SettingRow {
  readonly name: VariableName;
  readonly value: string;
  readonly source: 'environment' | 'file' | 'default';
}

const MASK = '********';

/** Every variable with what holds for it; of secrets, only what does not help to guess them. */
export function settingRows(env: Environment, files: Files): readonly SettingRow[] {
  const { texts } = collect(env, files);
  return VARIABLE_NAMES.map((name): SettingRow => {
    const text = texts[name];
    if (text === undefined) return { name, value: standardOf(VARIABLES[name]), source: 'default' };
    const source = env[name] === undefined || env[name] === '' ? 'file' : 'environment';
    return { name, value: isSecret(name) ? masked(name, text) : text, source };
  });
}

/** What holds when a variable is not set, in words. */
export function standardOf(variable: Variable): string {
  return variable.standard ?? defaultOf(variable) ?? 'none';
}

/** A secret's shape: who connects where, how many keys there are and what they are called. */
export function masked(name: VariableName, text: string): string {
  if (name === 'AVIAN_SECRET_KEYS') {
    const keys = parseSecretKeys(text);
    return keys.ok ? keys.value.map(({ id }) => `${id}:${MASK}`).join(', ') : MASK;
  }
  if (name === 'AVIAN_COOKIE_KEYS') {
    const keys = parseCookieKeys(text);
    return keys.ok ? keys.value.map(() => MASK).join(', ') : MASK;
  }
  return text
    .replace(/(:\/\/[^/?#@:]*):[^/?#]*@/, `$1:${MASK}@`)
    .replace(/([?&]\w*(?:pass|secret|token|key)\w*=)[^&]*/gi, `$1${MASK}`);
}
