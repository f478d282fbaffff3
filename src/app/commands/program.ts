import { Command, CommanderError, Option } from 'commander';
import { KINDS } from '#src/features/clients/client.ts';
import { ROLES } from '#src/kernel/roles.ts';
import type { ClientOptions } from './client-create.ts';
import type { ClientAct } from './client-manage.ts';
import { addLeaf, Failed } from './leaf.ts';
import { asGiven, collect, onParts } from './on-parts.ts';
import { addTenant } from './program-tenant.ts';
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
    if (error instanceof Failed) return FAILED;
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
  addAudit(group('audit', 'The audit log, and the proof that it is whole.'), terminal);
  addConfig(group('config', 'Settings of this environment.'), terminal);
  return program;
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

const CLIENT_ACTS: Readonly<Record<ClientAct, string>> = {
  disable: 'Takes an application out of use, until it is enabled.',
  enable: 'Puts an application back in use.',
  delete: 'Deletes an application, its secrets, and what people allowed it.',
};

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
  addLeaf(
    client
      .command('rotate-secret')
      .description('Gives an application a new secret, shown this once.')
      .requiredOption('--id <client_id>', 'which application')
      .option('--overlap-hours <hours>', 'how long the secret before stays valid: 24 unless told'),
    terminal,
    onParts(() => import('./client-rotate-secret.ts'), asGiven),
  );
  for (const [act, about] of Object.entries(CLIENT_ACTS)) {
    addLeaf(
      client
        .command(act)
        .description(about)
        .requiredOption('--id <client_id>', 'which application'),
      terminal,
      onParts(
        () => import('./client-manage.ts'),
        async ({ id }: { readonly id: string }) => ({ id, act: act as ClientAct }),
      ),
    );
  }
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

function addAudit(audit: Command, terminal: Terminal): void {
  const verify = audit
    .command('verify')
    .description('Tells the first that was changed, removed, reordered or inserted.')
    .option('--tenant <slug>', 'only the chain of this tenant')
    .option('--head <head>', 'a head that was sent out, or a file of such (repeatable)', collect);
  const withHeads = async (
    flags: { readonly tenant?: string; readonly head?: readonly string[] },
    { err, readText }: Terminal,
  ) => {
    const given = flags.head ?? [];
    const textOf = async (head: string) =>
      head.includes('avian-audit-head') ? head : readText(head);
    const progress = (entries: number) => err(`${entries} entries…`);
    const { tenant } = flags;
    return { ...(tenant && { tenant }), heads: await Promise.all(given.map(textOf)), progress };
  };
  addLeaf(
    verify,
    terminal,
    onParts(() => import('./audit-verify.ts'), withHeads),
  );
  addLeaf(
    audit
      .command('retain')
      .description('Removes the oldest month that is older than need be kept.')
      .option('--dry-run', 'only say which months are'),
    terminal,
    onParts(() => import('./audit-retain.ts'), asGiven),
  );
  addLeaf(
    audit.command('key').description('Shows what heads are signed with: the public key.'),
    terminal,
    onParts(() => import('./audit-key.ts'), asGiven),
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
