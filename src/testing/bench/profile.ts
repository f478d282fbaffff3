import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  /** Microseconds of the machine's monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const MOST = 15;

/**
 * Where the time of the largest profile in a folder went: by package, and by function. Leaves out what
 * was before `since` (microseconds of the monotonic clock), so that starting up does not count, and idling.
 */
export async function profileReport(folder: string, since: number): Promise<string> {
  const profile = await largest(folder);
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byPackage = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  let at = profile.startTime;

  profile.samples.forEach((id, index) => {
    const frame = places.get(id);
    const time = profile.timeDeltas[index] ?? 0;
    at += time;
    if (!frame || frame.functionName === '(idle)' || at < since) return;
    total += time;
    add(byPackage, packageOf(frame.url, frame.functionName), time);
    add(
      byFunction,
      `${frame.functionName || '(anonymous)'} ${shortOf(frame.url)}:${frame.lineNumber + 1}`,
      time,
    );
  });
  return [
    'by package',
    ...shares(byPackage, total),
    'by function (its own time)',
    ...shares(byFunction, total),
  ].join('\n');
}

async function largest(folder: string): Promise<CpuProfile> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const [longest] = texts.toSorted((a, b) => b.length - a.length);
  if (longest === undefined) throw new Error(`No profile was written to ${folder}.`);
  return JSON.parse(longest) as CpuProfile;
}

function packageOf(url: string, name: string): string {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (found !== undefined) return found;
  if (url.startsWith('node:')) return url.split('/')[0] ?? url;
  const own = /\/src\/([^/]+(?:\/[^/]+)?)/.exec(url)?.[1];
  return own === undefined ? `native ${name}` : `src/${own}`;
}

function shortOf(url: string): string {
  return url.replace(/^.*\/(?:node_modules|src)\//, '');
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

function shares(sums: ReadonlyMap<string, number>, total: number): string[] {
  const sorted = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, MOST);
  return sorted.map(
    ([name, time]) => `  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`,
  );
}
