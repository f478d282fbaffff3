import { readConfig } from '../config/config.ts';
import { type SettingRow, settingRows } from '../config/print.ts';
import { BadConfiguration } from './failure.ts';
import type { Terminal } from './terminal.ts';

type Printed = Readonly<Record<string, Omit<SettingRow, 'name'>>>;

/** Every setting with what holds, secrets masked; throws `BadConfiguration` where something is wrong. */
export function run({ env, files }: Pick<Terminal, 'env' | 'files'>): Printed {
  const reading = readConfig(env, files);
  if (!reading.ok) throw new BadConfiguration(reading.faults);
  const { issuer, host } = reading.config;
  const derived: Partial<Record<string, string>> = { AVIAN_ISSUER: issuer, HOST: host };
  const rows = settingRows(env, files);
  return Object.fromEntries(
    rows.map(({ name, value, source }) => [name, { value: derived[name] ?? value, source }]),
  );
}

export function say(settings: Printed): string {
  const rows = Object.entries(settings);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, { value, source }]) => {
    const origin = source === 'default' ? '' : `  (${source})`;
    return `${name.padEnd(width)}  ${value}${origin}`;
  });
  return lines.join('\n');
}
