import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { loadConfig, machineFiles, processEnvironment } from './process.ts';

const ids = createIds();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avian-process-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function written(text: string, mode: number): string {
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('files that settings name', () => {
  it('are read, and those that everybody can read are told apart', () => {
    expect(machineFiles.read(written('text\n', 0o640))).toEqual({
      ok: true,
      text: 'text\n',
      readableByAll: false,
    });
    expect(machineFiles.read(written('text\n', 0o644))).toEqual({
      ok: true,
      text: 'text\n',
      readableByAll: true,
    });
  });

  it('are refused with the system’s word for it', () => {
    expect(machineFiles.read(join(folder, 'none'))).toEqual({ ok: false, why: 'ENOENT' });
    expect(machineFiles.read(folder)).toEqual({ ok: false, why: 'EISDIR' });
    expect(machineFiles.read('a\0b')).toEqual({ ok: false, why: 'ERR_INVALID_ARG_VALUE' });
    expect(machineFiles.read(written('x'.repeat(1024 * 1024 + 1), 0o600))).toEqual({
      ok: false,
      why: 'too large',
    });
  });
});

describe('the settings of this process', () => {
  it('are a copy: changing one changes no variable', () => {
    vi.stubEnv('AVIAN_ISSUER', 'https://id.example.com');
    const env = processEnvironment() as Record<string, string>;
    env['AVIAN_ISSUER'] = 'x';
    expect(processEnvironment()['AVIAN_ISSUER']).toBe('https://id.example.com');
  });

  it('have secrets of the instance’s own where none are given', () => {
    const own = loadConfig({ AVIAN_DATA_DIR: folder }, machineFiles, ids);
    expect(own).toMatchObject({ ok: true, secrets: { secretKeys: [{ id: 'k1' }] } });
    expect(loadConfig({ AVIAN_DATA_DIR: folder }, machineFiles, ids)).toEqual(own);
  });

  it('take a given secret before the instance’s own', () => {
    const given = 'kJ9-given-cookie-key-of-thirty-two-bytes';
    const loaded = loadConfig(
      { AVIAN_DATA_DIR: folder, AVIAN_COOKIE_KEYS: given },
      machineFiles,
      ids,
    );
    expect(loaded).toMatchObject({
      ok: true,
      secrets: { secretKeys: [{ id: 'k1' }], cookieKeys: [given] },
    });
  });

  it('blame the data directory for secrets that are damaged', () => {
    writeFileSync(join(folder, 'secrets.json'), '{');
    const loaded = loadConfig({ AVIAN_DATA_DIR: folder }, machineFiles, ids);
    expect(loaded).toMatchObject({ ok: false, faults: [{ name: 'AVIAN_DATA_DIR' }] });
  });
});
