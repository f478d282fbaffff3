import { Command, CommanderError, Option } from 'commander';
import { KINDS } from '#src/features/clients/client.ts';
import { ROLES } from '#src/features/users/user.ts';
import type { ClientOptions } from './client-create.ts';
import { addLeaf, type Deed, type Leaf } from './leaf.ts';
import type { Parts } from './open.ts';
import type { Terminal } from './terminal.ts';
import type { UserOptions } from './user-create.ts';

const FAILED = 1;
const MISUSED = 2;

/** Runs one command line and answers with the process's exit code; all it says goes to the terminal. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // The library has said what was wrong, or has shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    const { explain } = await import('./failure.ts');
    for (const line of explain(error, argv[0] === 'config')) terminal.err(line);
    return FAILED;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('avian')
    .description('Manages an Avian identity provider, on DATABASE_URL or the embedded database.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      outputError: (text, write) => write(text.trim().replace(/\p{Cc}+/gu, ' ')),
    });
  const group = (name: string, about: string) => program.command(name).description(about);
  addLeaf(group('migrate', 'Brings the database schema up to date.'), terminal, {
    open: async (...given) => (await import('./open.ts')).openForMigration(...given),
    load: () => import('./migrate.ts'),
    prepare: asGiven,
  });
  addTenant(group('tenant', 'Tenants: each has its own users.'), terminal);
  addUser(group('user', 'Users: the people who sign in.'), terminal);
  addClient(group('client', 'Clients: the applications people sign in to.'), terminal);
  addKeys(group('keys', 'Keys that sign tokens.'), terminal);
  addConfig(group('config', 'Settings of this environment.'), terminal);
  return program;
}

function addTenant(tenant: Command, terminal: Terminal): void {
  const create = tenant
    .command('create')
    .description('Creates a tenant.')
    .requiredOption('--slug <slug>', 'its short name: lower-case letters, digits, dashes')
    .requiredOption('--name <name>', 'its name as people read it');
  addLeaf(
    create,
    terminal,
    onParts(() => import('./tenant-create.ts'), asGiven),
  );
}

function addUser(user: Command, terminal: Terminal): void {
  const create = user
    .command('create')
    .description('Creates a user; the password is read from standard input.')
    .requiredOption('--tenant <slug>', 'the tenant they belong to')
    .requiredOption('--email <address>', 'their e-mail address, known to no other user')
    .requiredOption('--name <name>', 'their name')
    .requiredOption('--password-stdin', 'read the password from standard input')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('user'))
    .option('--verified', 'the address is known to be theirs');
  const withPassword = async (flags: Omit<UserOptions, 'password'>, { readInput }: Terminal) => {
    const password = (await readInput()).replace(/\r?\n$/, '');
    return { ...flags, password };
  };
  addLeaf(
    create,
    terminal,
    onParts(() => import('./user-create.ts'), withPassword),
  );
}

function addClient(client: Command, terminal: Terminal): void {
  const create = client
    .command('create')
    .description('Registers an application; a secret is shown this once.')
    .addOption(new Option('--kind <kind>', 'what it is').choices(KINDS).makeOptionMandatory())
    .requiredOption('--name <name>', 'its name as people read it')
    .option('--tenant <slug>', 'the one tenant whose users may enter')
    .option('--redirect-uri <uri>', 'where sign-in returns to (repeatable)', collect)
    .option('--post-logout-redirect-uri <uri>', 'where sign-out returns to (repeatable)', collect)
    .option('--backchannel-logout-uri <uri>', 'what is called when a session ends')
    .option('--scope <scopes>', 'what it may ask for, such as "openid profile email"')
    .option('--resource <uri>', 'an API it may ask tokens for (repeatable)', collect)
    .option('--first-party', 'it is ours: nobody is asked for consent')
    .option('--no-pkce', 'it may leave PKCE out')
    .option('--jwks <file>', 'its public keys, a JSON Web Key Set: private_key_jwt, no secret')
    .option('--id-token-alg <alg>', 'what signs its ID tokens: RS256, the preset, or ES256')
    .option('--require-par', 'it must push its authorization requests')
    .option('--dpop', 'its tokens are bound to a key of its own')
    .option('--cors-origin <origin>', 'an origin whose pages may call Avian (repeatable)', collect);
  const withKeys = async ({ jwks, ...flags }: ClientOptions, { readText }: Terminal) =>
    jwks === undefined ? flags : { ...flags, jwks: await readText(jwks) };
  addLeaf(
    create,
    terminal,
    onParts(() => import('./client-create.ts'), withKeys),
  );
  addLeaf(
    client.command('list').description('Lists the applications.'),
    terminal,
    onParts(() => import('./client-list.ts'), asGiven),
  );
}

function addKeys(keys: Command, terminal: Terminal): void {
  addLeaf(
    keys.command('list').description('Lists the signing keys and their states.'),
    terminal,
    onParts(() => import('./keys-list.ts'), asGiven),
  );
  addLeaf(
    keys.command('rotate').description('Signs with the next keys from now on.'),
    terminal,
    onParts(() => import('./keys-rotate.ts'), asGiven),
  );
}

function addConfig(config: Command, terminal: Terminal): void {
  const open = async () => ({ ...terminal, [Symbol.asyncDispose]: async () => undefined });
  addLeaf(config.command('check').description('Tells everything that is wrong.'), terminal, {
    open,
    load: () => import('./config-check.ts'),
    prepare: asGiven,
  });
  addLeaf(config.command('print').description('Shows what holds, secrets masked.'), terminal, {
    open,
    load: () => import('./config-print.ts'),
    prepare: asGiven,
  });
}

/** A command that works on the rooms. */
function onParts<Flags, Options, Result extends object>(
  load: () => Promise<Deed<Parts, Options, Result>>,
  prepare: (flags: Flags, terminal: Terminal) => Promise<Options>,
): Leaf<Parts, Flags, Options, Result> {
  const open: Leaf<Parts, Flags, Options, Result>['open'] = async (...given) =>
    (await import('./open.ts')).openParts(...given);
  return { open, load, prepare };
}

async function asGiven<Flags>(flags: Flags): Promise<Flags> {
  return flags;
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
