import type { Ids } from '#src/kernel/ids.ts';
import type { Files, SettingFault } from './collect.ts';
import { type Config, readConfig } from './config.ts';
import type { Environment } from './env.ts';
import type { Secrets } from './secrets.ts';
import { openSecretsFile } from './secrets-file.ts';

export { machineFiles, processEnvironment } from './machine.ts';

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly secrets: Secrets;
      readonly warnings: readonly SettingFault[];
    }
  | { readonly ok: false; readonly faults: readonly SettingFault[] };

/**
 * An instance's settings and secrets, ready to start with. Outside production, secrets that were not
 * given are those of the data directory, made at first use.
 */
export function loadConfig(env: Environment, files: Files, ids: Ids): LoadedConfig {
  const reading = readConfig(env, files);
  if (!reading.ok) return reading;
  const { config, warnings } = reading;
  const { secretKeys, cookieKeys } = reading.secrets;
  if (secretKeys && cookieKeys)
    return { ok: true, config, secrets: { secretKeys, cookieKeys }, warnings };

  const own = openSecretsFile(config.dataDir, ids);
  if (!own.ok) return { ok: false, faults: [{ name: 'AVIAN_DATA_DIR', text: own.reason }] };
  return { ok: true, config, secrets: { ...own.value, ...reading.secrets }, warnings };
}
