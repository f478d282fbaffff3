import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { survey } from './walls.ts';

// No container engine stands behind these tests: they hold the files against the rules that matter,
// and against the tree that goes into the image.

interface Service {
  image?: string;
  build?: unknown;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');
const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const secret = /PASSWORD|SECRET|KEYS?$|TOKEN/;

describe('the image', () => {
  const instructions = dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean);
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
  const copied = last
    .filter((line) => /^COPY (?!--from)/.test(line))
    .flatMap((line) => line.split(' ').slice(1, -1));

  test('is made of pinned images', () => {
    const images = instructions.filter((line) => line.startsWith('FROM '));
    expect(images.length).toBeGreaterThan(1);
    for (const image of images) expect(image).toMatch(/^FROM node:24-bookworm-slim( AS [a-z]+)?$/);
  });

  test('runs as someone without rights, and says how it fares', () => {
    expect(last.findLast((line) => line.startsWith('USER '))).toBe('USER node');
    expect(last.filter((line) => /^COPY .*--chown/.test(line))).toEqual([]);
    expect(last.find((line) => line.startsWith('HEALTHCHECK '))).toContain(
      'deploy/healthcheck.mjs',
    );
    expect(last.at(-1)).toBe('CMD ["node", "src/app/main.ts"]');
  });

  test('installs what the lockfile says, without tools and without the embedded server', () => {
    expect(dockerfile).toContain('npm ci --omit=dev --omit=optional');
    expect(dockerfile).not.toMatch(/npm (install|i) /);
  });

  test('holds no secret', () => {
    for (const line of instructions.filter((candidate) => /^(ENV|ARG) /.test(candidate))) {
      expect(line).not.toMatch(/(PASSWORD|SECRET|KEYS|TOKEN)[A-Z_]*=/);
    }
  });

  test('has every file and package that the server and the command line load', async () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const { files, packages } = await loadedBy(['src/app/main.ts', 'src/app/cli.ts']);
    expect(
      files.filter((file) => !copied.some((place) => isIn(file, place)) || isIgnored(file)),
    ).toEqual([]);
    expect(packages.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });

  test.each(copied)('gets %s past .dockerignore', (place) => {
    expect(isIgnored(place)).toBe(false);
  });

  test('keeps tests and their workshop out', () => {
    for (const path of [
      'src/testing/clock.ts',
      'src/oidc/keys.test.ts',
      '.env',
      '.git/config',
      'node_modules/x',
    ]) {
      expect(isIgnored(path)).toBe(true);
    }
  });
});

describe('the healthcheck', () => {
  test('asks whether the process lives, and is content with an answer', async () => {
    const asked: unknown[] = [];
    const status = await healthOf((request, response) => {
      asked.push([request.method, request.url]);
      response.end('{}');
    });
    expect(status).toBe(0);
    expect(asked).toEqual([['GET', '/api/health/live']]);
  });

  test.each([503, 421, 308])('is not content with %i', async (status) => {
    expect(await healthOf((_request, response) => void response.writeHead(status).end())).toBe(1);
  });

  test('is not content when nobody is there', async () => {
    expect(await healthOf((request) => void request.socket.destroy())).toBe(1);
  });
});

describe('docker-compose.yml', () => {
  test('has what development needs', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['avian', 'mailpit', 'postgres', 'redis']);
  });

  test.each(services)('%s comes from a pinned image', (_name, { image, build }) => {
    if (build === undefined) expect(image).toMatch(/^[a-z/]+:v?\d+[\w.-]*$/);
    else expect(image).toBeUndefined();
  });

  test.each(services)('%s is reached from this machine alone', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(services)(
    '%s holds no secret, and names the one that is missing',
    (_name, { environment = {} }) => {
      for (const [name, value] of Object.entries(environment)) {
        if (secret.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?.+\}$/);
        expect(value).not.toMatch(/:\/\/[^:@/]+:(?!\$\{[A-Z_]+:\?)[^@]+@/);
      }
    },
  );

  test('starts Avian when the others answer', () => {
    const { avian, ...others } = compose.services;
    for (const [name, { healthcheck }] of Object.entries(others)) {
      expect(healthcheck?.test[0]).toBe('CMD');
      expect(avian?.depends_on?.[name]).toEqual({ condition: 'service_healthy' });
    }
  });

  test('declares every volume it uses', () => {
    const named = services
      .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':', 1)[0] ?? ''))
      .filter((volume) => !volume.startsWith('.'));
    expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

/** What an entry point loads at once: files of ours, and packages; types and dynamic imports aside. */
async function loadedBy(entries: string[]): Promise<{ files: string[]; packages: string[] }> {
  const { modules } = await survey('.', ['src']);
  const byPath = new Map(modules.map((module) => [module.source, module]));
  const files = new Set(entries);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { resolved, dynamic, dependencyTypes } of byPath.get(file)?.dependencies ?? []) {
      if (dynamic || dependencyTypes.includes('type-only') || dependencyTypes.includes('core'))
        continue;
      const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(resolved) ?? [];
      if (name === undefined) files.add(resolved);
      else packages.add(name);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place.replace(/^\.\//, '').replace(/\/$/, '')}/`);
}

/** .dockerignore as Docker reads it: the last line that matches a path, or a folder of it, decides. */
function isIgnored(path: string): boolean {
  const rules = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const parts = path.split('/');
  const places = parts.map((_part, at) => parts.slice(0, at + 1).join('/'));
  const decisive = rules.findLast((rule) => places.some((place) => patternOf(rule).test(place)));
  return decisive !== undefined && !decisive.startsWith('!');
}

function patternOf(rule: string): RegExp {
  const pattern = rule
    .replace(/^!/, '')
    .replaceAll('.', '\\.')
    .replaceAll('**/', '(?:.+/)?')
    .replaceAll(/(?<!\.|\+)\*/g, '[^/]*');
  return new RegExp(`^${pattern}$`);
}

async function healthOf(answer: RequestListener): Promise<number | null> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const check = spawn(process.execPath, ['deploy/healthcheck.mjs'], {
    env: { PORT: String(port) },
    stdio: 'ignore',
  });
  const [status] = (await once(check, 'exit')) as [number | null];
  server.closeAllConnections();
  server.close();
  return status;
}
