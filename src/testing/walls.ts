import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ICruiseResult } from 'dependency-cruiser';

const run = promisify(execFile);
const CRUISER = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** One file that imports another, or a package by its bare name. */
export type Import = readonly [from: string, to: string];

/** A breach as the walls report it: `rule: from → to`. */
export type Breach = string;

/**
 * What dependency-cruiser sees under the walls of this repository, below `folder`.
 *
 * In a process of its own: swc, which it reads TypeScript with, crashes the second thread that loads it.
 */
export async function survey(folder: string, places: string[]): Promise<ICruiseResult> {
  const args = [...places, '--config', resolve('.dependency-cruiser.mjs'), '--output-type', 'json'];
  const { stdout } = await run(process.execPath, [CRUISER, ...args], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as ICruiseResult;
}

/** Builds a tree of nothing but these imports in a folder of its own, and says which walls it breaks. */
export async function breachesOf(imports: readonly Import[]): Promise<Breach[]> {
  const folder = mkdtempSync(join(tmpdir(), 'avian-walls-'));
  try {
    plant(folder, imports);
    const { summary } = await survey(folder, ['src', 'docs']);
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function plant(folder: string, imports: readonly Import[]): void {
  const contents = new Map<string, string>([
    ['docs/.keep', ''],
    ['src/.keep', ''],
    ['package.json', '{"imports":{"#src/*":"./src/*"}}'],
  ]);
  for (const [from, to] of imports) {
    const packaged = !to.includes('.ts');
    const target = packaged ? `node_modules/${to}/index.js` : to;
    const specifier = packaged ? to : specifierOf(from, to);
    contents.set(from, `${contents.get(from) ?? ''}import type {} from '${specifier}';\n`);
    contents.set(target, contents.get(target) ?? '');
    if (packaged)
      contents.set(`node_modules/${to}/package.json`, `{"name":"${to}","main":"index.js"}`);
  }
  for (const [path, text] of contents) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** As it is written here: `#src/…` across rooms, a relative path elsewhere. */
function specifierOf(from: string, to: string): string {
  if (from.startsWith('src/') && to.startsWith('src/')) return `#${to}`;
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}
