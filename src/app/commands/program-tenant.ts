import { type Command, Option } from 'commander';
import { PASSWORD_RULES, REGISTRATIONS, SESSION_SIGNALS } from '#src/features/tenancy/tenant.ts';
import { addLeaf } from './leaf.ts';
import { asGiven, collect, onParts } from './on-parts.ts';
import type { TenantChanges } from './tenant-update.ts';
import type { Terminal } from './terminal.ts';

/** The commands of `avian tenant`. */
export function addTenant(tenant: Command, terminal: Terminal): void {
  const create = tenant
    .command('create')
    .description('Creates a tenant.')
    .requiredOption('--slug <slug>', 'its short name: lower-case letters, digits, dashes')
    .requiredOption('--name <name>', 'its name as people read it')
    .option('--operator', 'it is the operator’s own, the one super_admins belong to');
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
    tenant.command('list').description('Lists the tenants.'),
    terminal,
    onParts(() => import('./tenant-list.ts'), asGiven),
  );
  const onOne = (name: string, about: string) =>
    tenant.command(name).description(about).requiredOption('--slug <slug>', 'which tenant');
  addLeaf(
    onOne('sign-out', 'Signs everybody of a tenant out, everywhere.'),
    terminal,
    onParts(() => import('./tenant-sign-out.ts'), asGiven),
  );
  for (const [act, about] of ACTS) {
    const load = async () => (await import('./tenant-act.ts')).deedOf(act);
    addLeaf(onOne(act, about), terminal, onParts(load, asGiven));
  }
}

const ACTS = [
  ['suspend', 'Shuts a tenant: everybody is signed out, and nobody signs in.'],
  ['resume', 'Opens a suspended tenant again.'],
  ['delete', 'Shuts a tenant, and removes it with all that is in it in thirty days.'],
  ['restore', 'Takes a deletion back, until its thirty days are over.'],
] as const;

/** Of an option that can be said and denied, the library takes the saying for granted. */
function withoutUnset(command: Command) {
  return async (flags: TenantChanges): Promise<TenantChanges> => {
    const { default: isDefault, ...rest } = flags;
    const isSaid = command.getOptionValueSource('default') === 'cli';
    return { ...rest, ...(isSaid && isDefault !== undefined && { default: isDefault }) };
  };
}
