import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as jose from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRegistration } from '../../../docs/connect/demo.ts';
import { createMachine } from '../../../docs/connect/machine.ts';
import { avianHere, objectOf } from '../../app/commands/bench.ts';
import { TEST_SECRETS } from '../avian.ts';
import { aDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { createRelyingApp, throughPages } from '../relying-app.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  stage = await setStage();
  const [{ id, key }] = TEST_SECRETS.secretKeys as [{ id: string; key: Buffer }];
  env = {
    DATABASE_URL: await aDatabase(),
    AVIAN_SECRET_KEYS: `${id}:${key.toString('base64')}`,
    AVIAN_COOKIE_KEYS: Buffer.alloc(32, 'cookies').toString('base64'),
  };
});
afterAll(() => stage[Symbol.asyncDispose]());

const FOLDER = new URL('../../../docs/connect/', import.meta.url);

/** The commands that the pages tell people to type, as words. */
function commandsOn(page: string): string[][] {
  const text = readFileSync(new URL(page, FOLDER), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'));
  return lines.map((line) =>
    [...line.matchAll(/"([^"]*)"|\S+/g)].map(([whole, quoted]) => quoted ?? whole),
  );
}

/** Types the command that a page shows, beside the running server. */
async function typeFrom(page: string): Promise<{ id: string; secret?: string }> {
  const [command = []] = commandsOn(page);
  expect(command.slice(0, 5)).toEqual(['npm', 'run', '--silent', 'avian', '--']);
  const made = objectOf(await avianHere(command.slice(5), env));
  const { client_id: id, client_secret: secret } = made;
  return { id: String(id), ...(typeof secret === 'string' && { secret }) };
}

describe('what the pages tell people to type', () => {
  it.each([
    { page: 'README.md', redirectUri: 'https://dashboard.example.com/callback' },
    { page: 'spa.md', redirectUri: 'https://board.example.com/' },
    { page: 'native.md', redirectUri: 'http://127.0.0.1:49152/callback' },
  ])('in $page makes an application that people can sign in to at once', async (known) => {
    const client = await typeFrom(known.page);
    const { redirectUri } = known;
    const app = await createRelyingApp({ issuer: stage.issuer, client, redirectUri });
    const person = await stage.aUser();
    expect((await app.signIn(stage.visitor(), person)).claims()?.sub).toBe(person.id);
  });

  it('in machine.md makes one that gets a token at once', async () => {
    const { id, secret = '' } = await typeFrom('machine.md');
    const machine = await createMachine({
      issuer: stage.issuer,
      clientId: id,
      clientSecret: secret,
      resource: 'https://api.example.com',
      scope: 'read',
      allowHttp: true,
    });
    expect(jose.decodeJwt(await machine.token())).toMatchObject({ sub: id, scope: 'read' });
  });

  it('is all of what they tell', () => {
    const pages = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
    expect(pages.flatMap(commandsOn)).toHaveLength(4);
  });
});

describe('the programs that the pages show', () => {
  /** Runs one as a process of its own, and reads what it says line by line. */
  function run(name: string, variables: Readonly<Record<string, string>>) {
    const program = fileURLToPath(new URL(`examples/${name}.ts`, FOLDER));
    const child = spawn(process.execPath, [program], {
      env: { ISSUER: stage.issuer, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      async line(): Promise<string> {
        return String((await lines.next()).value);
      },
      async [Symbol.asyncDispose]() {
        const ended = child.exitCode === null ? once(child, 'exit') : undefined;
        child.kill();
        await ended;
      },
    };
  }

  it('machine.ts prints a token', async () => {
    const { id, secret = '' } = await typeFrom('machine.md');
    await using program = run('machine', { CLIENT_ID: id, CLIENT_SECRET: secret });
    expect(jose.decodeJwt(await program.line())).toMatchObject({ sub: id });
  });

  it('native.ts signs in whoever opens the address that it prints', async () => {
    const { id } = await typeFrom('native.md');
    const person = await stage.aUser();
    await using program = run('native', { CLIENT_ID: id });
    expect(await program.line()).toBe('Open this in your browser:');
    const page = await stage.visitor().open(await program.line());
    expect((await throughPages(page, person)).text).toContain('You can close this window');
    expect(await program.line()).toBe('{');
    expect(await program.line()).toContain(person.id);
  });

  it('web.ts serves the application at the address that it prints', async () => {
    const port = await freePort();
    const { id, secret = '' } = await stage.anApp({
      kind: 'web',
      firstParty: true,
      ...demoRegistration(port),
    });
    const person = await stage.aUser();
    const variables = { CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) };
    await using program = run('web', variables);
    const address = (await program.line()).replace('Flock Dashboard at ', '');
    const page = await (await stage.visitor().open(address)).follow('#sign-in');
    expect((await throughPages(page, person)).heading).toBe(`Hello, ${person.name}`);
  });
});
