import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOwnDatabase, type TestDatabase } from '#src/testing/database.ts';
import { avian, complaintOf, objectOf } from './commands/bench.ts';
import type { Environment } from './config/env.ts';

let database: TestDatabase;
let folder = '';
let env: Environment = {};

beforeAll(async () => {
  database = await anOwnDatabase();
  folder = mkdtempSync(join(tmpdir(), 'avian-cli-'));
  env = { DATABASE_URL: database.url, AVIAN_DATA_DIR: folder };
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const USER = 'user create --tenant flock --email ada@example.com --name Ada --password-stdin';
const CLIENT = 'client create --kind web --name Flock --redirect-uri https://app.example.com/cb';

/** A command line as it is typed, with --json. */
const json = (line: string) => [...line.split(' '), '--json'];

describe('the command line, as a process of its own', () => {
  it('does what it is told and prints one object for it', async () => {
    const tenant = objectOf(await avian(json('tenant create --slug flock --name Flock'), env));
    expect(tenant).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), slug: 'flock' });
    const user = objectOf(await avian(json(`${USER} --verified`), env, 'Correct horse 4!\n'));
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@example.com',
    });
    const client = objectOf(await avian(json(CLIENT), env));
    expect(client).toEqual({
      client_id: expect.stringMatching(/^[a-z0-9]{20,24}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(objectOf(await avian(json('client list'), env))).toMatchObject({
      clients: [{ client_id: client['client_id'] }],
    });
  }, 90_000);

  it('fails with a code and one line, and nothing where the object would be', async () => {
    const refused = await avian(json('tenant create --slug WRONG --name x'), env);
    expect([refused.code, complaintOf(refused)]).toEqual([
      1,
      expect.stringMatching(/^The tenant is not valid\. --slug: /),
    ]);
    const misused = await avian(['tenant', 'creat'], env);
    expect([misused.code, complaintOf(misused)]).toEqual([
      2,
      "error: unknown command 'creat' (Did you mean create?)",
    ]);
  });

  it('takes a password that is text, of some length, and nothing else', async () => {
    const create = (input: string | Uint8Array) => avian(USER.split(' '), env, input);
    const broken = Buffer.from([0xc3, 0x28]);
    expect(complaintOf(await create(broken))).toBe('Standard input is not UTF-8 text.');
    expect(complaintOf(await create('x'.repeat(2_000_000)))).toBe('Standard input is too long.');
  });

  it('shows help at once, with settings that could not be used', async () => {
    const { code, out, err } = await avian(['--help'], { PORT: 'x' });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: avian /);
  });
});
