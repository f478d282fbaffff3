import { Command, CommanderError, Option } from 'commander';
import { KINDS } from '#src/features/clients/client.ts';
import { PASSWORD_RULES, REGISTRATIONS, SESSION_SIGNALS } from '#src/features/tenancy/tenant.ts';
import { ROLES } from '#src/features/users/user.ts';
import type { ClientOptions } from './client-create.ts';
import { addLeaf, type Deed, type Leaf } from './leaf.ts';
import type { Parts } from './open.ts';
import type { TenantChanges } from './tenant-update.ts';
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
  addOutbox(group('outbox', 'Mail on its way out.'), terminal);
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
  const update = tenant
    .command('update')
    .description('Changes the settings of a tenant; what is not named stays.')
    .requiredOption('--slug <slug>', 'which tenant')
    .option('--name <name>', 'its name as people read it')
    .addOption(new Option('--registration <who>', 'who may register').choices(REGISTRATIONS))
    .option(
      '--registration-domain <domain>',
      'with --registration domain: whose addresses (repeatable)',
      collect,
    )
    .addOption(
      new Option('--password-rules <rules>', 'what a password must meet').choices(PASSWORD_RULES),
    )
    .option('--password-days <days>', 'how long a password holds, or "never"')
    .option('--session-limit <number>', 'how many sessions a person may be in at once, or "none"')
    .option(
      '--suspicious <signals>',
      `what ends a session as suspicious: ${SESSION_SIGNALS.join(',')}, or some of them, or "none"`,
    )
    .option('--default', 'people register here whom nothing sent elsewhere')
    .option('--no-default', 'they do not any more');
  addLeaf(
    update,
    terminal,
    onParts(() => import('./tenant-update.ts'), withoutUnset(update)),
  );
  addLeaf(
    tenant
      .command('sign-out')
      .description('Signs everybody of a tenant out, everywhere.')
      .requiredOption('--slug <slug>', 'which tenant'),
    terminal,
    onParts(() => import('./tenant-sign-out.ts'), asGiven),
  );
}

/** Of an option that can be said and denied, the library takes the saying for granted. */
function withoutUnset(command: Command) {
  return async (flags: TenantChanges): Promise<TenantChanges> => {
    const { default: isDefault, ...rest } = flags;
    const isSaid = command.getOptionValueSource('default') === 'cli';
    return { ...rest, ...(isSaid && isDefault !== undefined && { default: isDefault }) };
  };
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
  addLeaf(
    user
      .command('invite')
      .description('Mails somebody a link to register with.')
      .requiredOption('--tenant <slug>', 'the tenant they will belong to')
      .requiredOption('--email <address>', 'where the mail goes')
      .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('user')),
    terminal,
    onParts(() => import('./user-invite.ts'), asGiven),
  );
  addLeaf(
    user
      .command('unlock')
      .description('Opens an account that too many wrong passwords closed.')
      .requiredOption('--email <address>', 'whose account'),
    terminal,
    onParts(() => import('./user-unlock.ts'), asGiven),
  );
  addLeaf(
    user
      .command('sign-out')
      .description('Signs somebody out, everywhere.')
      .requiredOption('--tenant <slug>', 'the tenant they belong to')
      .requiredOption('--email <address>', 'who they are'),
    terminal,
    onParts(() => import('./user-sign-out.ts'), asGiven),
  );
}

function addOutbox(outbox: Command, terminal: Terminal): void {
  addLeaf(
    outbox
      .command('list')
      .description('Lists what waits and what was given up, newest first.')
      .addOption(
        new Option('--state <state>', 'only these').choices(['waiting', 'delivered', 'dead']),
      ),
    terminal,
    onParts(() => import('./outbox-list.ts'), asGiven),
  );
  addLeaf(
    outbox
      .command('retry')
      .description('Tries again what was given up.')
      .option('--id <id>', 'only this (repeatable)', collect),
    terminal,
    onParts(() => import('./outbox-retry.ts'), asGiven),
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
