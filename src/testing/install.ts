import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the tests run and npm doesn't carry, with the Debian packages it comes in. */
const PARTS = {
  'redis-server': { packages: ['redis-server'], otherwise: 'TEST_REDIS_URL' },
  pgbouncer: { packages: ['pgbouncer'], otherwise: undefined },
  chromium: { packages: ['chromium', 'fonts-dejavu-core'], otherwise: undefined },
} as const;

export type Part = keyof typeof PARTS;

export const ALL_PARTS = Object.keys(PARTS) as Part[];

export function isPart(name: string): name is Part {
  return name in PARTS;
}

/** Where a part's program is: on the PATH, or where Debian puts a server's. */
export function locate(part: Part, path = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, part))
    .find(isExecutable);
}

/** Like `locate`, for a test that can't do without: throws and says what to install. */
export function pathOf(part: Part): string {
  const path = locate(part);
  if (path === undefined) throw new Error(advice([part]));
  return path;
}

/** Makes sure that the parts are there: installs what is missing where that is possible, or throws one clear line. */
export function ensure(parts: readonly Part[]): void {
  const missing = parts.filter((part) => locate(part) === undefined);
  if (missing.length === 0) return;
  if (!canInstall()) throw new Error(advice(missing));
  withoutStartingServices(() => {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing.flatMap(packagesOf));
  });
  const failed = missing.filter((part) => locate(part) === undefined);
  if (failed.length > 0) throw new Error(advice(failed));
}

function packagesOf(part: Part): readonly string[] {
  return PARTS[part].packages;
}

/** What someone has to do where this machine can't be changed for them. */
export function advice(parts: readonly Part[]): string {
  const packages = parts.flatMap(packagesOf).join(' ');
  const variables = parts.flatMap((part) => PARTS[part].otherwise ?? []).join(', ');
  const instead = variables && `, or give ${variables}`;
  return `The tests need ${parts.join(', ')}: install it (apt-get install ${packages})${instead}.`;
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function apt(...args: string[]): void {
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} ended with status ${status}.`);
}

/** Debian starts a server as it installs it, unless this file says no. */
function withoutStartingServices(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(policy);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // No such program here: the answer, not a fault.
    return false;
  }
}
