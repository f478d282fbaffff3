import { globSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { absentPlatforms, complete, type Lockfile } from './lockfile.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const lockText = readFileSync('package-lock.json', 'utf8');
const lock = JSON.parse(lockText) as Lockfile;

describe('package.json and its lockfile', () => {
  test('name exact versions', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    for (const version of Object.values({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });

  test('tell no address a package was fetched from', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual(
      [],
    );
    expect(lockText).not.toMatch(/https?:\/\/[^"]*\.tgz/);
  });

  test('hold every platform’s packages: npm run lock', () => {
    expect(Object.keys(absentPlatforms(lock))).toEqual([]);
  });

  test('let one package run an install script, and name every other that has one', () => {
    const allowed = Object.entries(manifest.allowScripts).filter(([, may]) => may);
    expect(allowed).toEqual([['node', true]]);
    const scripted = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect([...new Set(scripted)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
  });
});

describe('complete', () => {
  const partial: Lockfile = {
    packages: {
      'node_modules/tool': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: {
          '@tool/linux-x64': '1.0.0',
          '@tool/linux-x64-musl': '1.0.0',
          '@tool/darwin-arm64': '1.0.0',
        },
      },
      'node_modules/@tool/linux-x64': { version: '1.0.0', integrity: 'sha512-x' },
    },
  };

  test('adds the packages of other platforms, and leaves those that are there', () => {
    const { packages } = complete(partial);
    expect(packages['node_modules/@tool/darwin-arm64']).toEqual({
      version: '1.0.0',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['darwin'],
    });
    expect(packages['node_modules/@tool/linux-x64-musl']).toMatchObject({
      os: ['linux'],
      libc: ['musl'],
    });
    expect(packages['node_modules/@tool/linux-x64']).toEqual({
      version: '1.0.0',
      integrity: 'sha512-x',
    });
    expect(absentPlatforms({ packages })).toEqual({});
  });

  test('does not guess at a package that is named for no platform', () => {
    const odd: Lockfile = {
      packages: { 'node_modules/a': { optionalDependencies: { wings: '1.0.0' } } },
    };
    expect(() => complete(odd)).toThrow('Not named for a platform: wings');
  });
});

const OUTSIDE = ['node_modules/**', '.git/**', '.avian/**', '.report/**', 'coverage/**', '.env'];
const BINARY = /\.(png|ico|woff2|gz)$/;
const files = globSync('**/*', { exclude: OUTSIDE })
  .concat(globSync('{.ci,.changeset}/**/*'), globSync('.*'))
  .filter((path) => !OUTSIDE.includes(path) && !BINARY.test(path) && statSync(path).isFile())
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe('every file', () => {
  test('is looked at', () => {
    for (const path of [
      'README.md',
      '.ci/run',
      'src/kernel/clock.ts',
      '.npmrc',
      '.changeset/config.json',
    ]) {
      expect(files.map((file) => file.path)).toContain(path);
    }
  });

  test('names no path of somebody’s machine, and no registry', () => {
    const folders = ['work', 'farm', 'home', 'Users', 'root'].join('|');
    const path = new RegExp(`(^|[^\\w.$}\\])-])/(${folders})/[a-z.]`, 'm');
    const registry = new RegExp(['registry', 'npmjs', 'org'].join('\\.'));
    expect(
      files.filter(({ text }) => path.test(text) || registry.test(text)).map((file) => file.path),
    ).toEqual([]);
  });

  test('gives a reason with every check it switches off', () => {
    const suppression = /(oxlint|eslint)-disable|@ts-(ignore|expect-error)|biome-ignore/;
    const bare = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => path !== 'src/testing/repository.test.ts' && suppression.test(line))
        .filter((line) => !/( -- |expect-error |: )\S+( \S+){2}/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(bare).toEqual([]);
  });
});

describe('views', () => {
  const views = files.filter(({ path }) => path.startsWith('views/') && path.endsWith('.eta'));

  test('escape what they print; only a layout may pass markup through', () => {
    const raw = views.filter(
      ({ path, text }) => /<%~(?! include\()/.test(text) && !path.startsWith('views/layouts/'),
    );
    expect(raw.map(({ path }) => path)).toEqual([]);
  });

  test('quote every attribute they fill: escaping leaves spaces and backticks alone', () => {
    expect(views.filter(({ text }) => /\s[\w:-]+=<%/.test(text)).map(({ path }) => path)).toEqual(
      [],
    );
  });
});
