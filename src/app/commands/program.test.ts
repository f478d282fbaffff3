import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { avianHere, complaintOf, objectOf } from './bench.ts';

const APP = ['client', 'create', '--name', 'Flock', '--redirect-uri', 'https://app.example.com/cb'];

describe('help', () => {
  it.each([
    [[]],
    [['migrate']],
    [['tenant', 'create']],
    [['tenant', 'update']],
    [['tenant', 'sign-out']],
    [['tenant', 'list']],
    [['tenant', 'suspend']],
    [['tenant', 'resume']],
    [['tenant', 'delete']],
    [['tenant', 'restore']],
    [['user', 'create']],
    [['user', 'invite']],
    [['user', 'unlock']],
    [['user', 'sign-out']],
    [['outbox', 'list']],
    [['outbox', 'retry']],
    [['client', 'create']],
    [['client', 'list']],
    [['keys', 'list']],
    [['keys', 'rotate']],
    [['audit', 'verify']],
    [['audit', 'retain']],
    [['audit', 'key']],
    [['config', 'check']],
    [['config', 'print']],
  ])('is there for %j, whatever the settings', async (args) => {
    const { code, out, err } = await avianHere([...args, '--help'], { PORT: 'x' });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: avian /);
  });

  it('comes by itself where no command is named, as a failure', async () => {
    const { code, out, err } = await avianHere(['tenant'], {});
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Usage: avian tenant /);
  });
});

describe('a command line that cannot be read', () => {
  it.each<[string, readonly string[], string]>([
    ['an unknown command', ['tenent'], "unknown command 'tenent' (Did you mean tenant?)"],
    [
      'an option left out',
      ['tenant', 'create', '--name', 'x'],
      "required option '--slug <slug>' not specified",
    ],
    [
      'an option mistyped',
      ['client', 'list', '--jsn'],
      "unknown option '--jsn' (Did you mean --json?)",
    ],
    [
      'an unknown kind',
      [...APP, '--kind', 'toaster'],
      "option '--kind <kind>' argument 'toaster' is invalid. Allowed choices are web, spa, native, machine.",
    ],
    [
      'an unknown role',
      ['user', 'create', '--role', 'root'],
      "option '--role <role>' argument 'root' is invalid. Allowed choices are user, security_analyst, tenant_admin, super_admin.",
    ],
    [
      'orders for the terminal',
      ['client', 'list', '--\u001b[2Kx\nforged'],
      "unknown option '-- [2Kx forged'",
    ],
  ])('is told what is wrong, in one line: %s', async (_, args, complaint) => {
    const ending = await avianHere(args, {});
    expect([ending.code, complaintOf(ending)]).toEqual([2, `error: ${complaint}`]);
  });
});

describe('the settings', () => {
  it('are checked and shown without a database, and without anything being made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'avian-program-'));
    const env = {
      DATABASE_URL: 'postgres://avian:s3cr3t@db.invalid/avian',
      AVIAN_DATA_DIR: join(folder, 'none'),
    };
    const checked = await avianHere(['config', 'check', '--json'], env);
    expect(objectOf(checked)).toEqual({ ok: true, warnings: [] });
    const printed = await avianHere(['config', 'print', '--json'], env);
    expect(objectOf(printed)).toMatchObject({
      AVIAN_ISSUER: { value: 'http://localhost:3000', source: 'default' },
      DATABASE_URL: { value: 'postgres://avian:********@db.invalid/avian', source: 'environment' },
    });
    const { out } = await avianHere(['config', 'print'], env);
    expect(out).toMatch(/^PORT +3000$/m);
    expect(printed.out + out).not.toContain('s3cr3t');
    expect(existsSync(join(folder, 'none'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it.each(['check', 'print'])('have a line for each fault: config %s', async (command) => {
    const env = { NODE_ENV: 'production', PORT: 'x', AVIAN_ISUER: 'x' };
    const { code, out, err } = await avianHere(['config', command, '--json'], env);
    expect([code, out]).toEqual([1, '']);
    const names = err
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':')[0]);
    expect(names).toEqual([
      'AVIAN_ISUER',
      'PORT',
      'AVIAN_ISSUER',
      'DATABASE_URL',
      'AVIAN_SECRET_KEYS',
      'AVIAN_COOKIE_KEYS',
      'SMTP_URL',
    ]);
  });

  it('that are faulty stop every other command, all faults in its one line', async () => {
    const ending = await avianHere(['client', 'list'], { AVIAN_ISUER: 'x', PORT: 's3cr3t' });
    expect([ending.code, complaintOf(ending)]).toEqual([
      1,
      'AVIAN_ISUER: is not known; did you mean AVIAN_ISSUER?; PORT: must be a whole number from 1 to 65535',
    ]);
  });
});
