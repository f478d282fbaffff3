import { randomUUID } from 'node:crypto';
import { PLANTERS, rowsOf } from '#src/features/tenancy/bench.ts';
import type { AnyOperation } from '#src/http/api/operation.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { AnAdministrator, Call, CallAnswer } from '#src/testing/administrator.ts';
import { newMark } from '#src/testing/instance.ts';
import type { Stage } from '#src/testing/journeys/stage.ts';
import { aUse } from '#src/testing/uses.ts';
import { holds, isPermission } from '../permissions.ts';

export const SYSTEM = { kind: 'system', job: 'test' } as const;

/** Every table of the catalogue with rows of tenants, and the tenants themselves. */
export const TABLES = [...Object.keys(PLANTERS), 'tenants'];

/** By the name of a path's parameter, the id of one. */
export type Things = Readonly<Record<string, string | undefined>>;

/** A tenant with one of everything that a path of the management API can name. */
export interface Estate {
  readonly tenant: TenantId;
  readonly things: Things;
  /** An address and a name that its people go by. */
  readonly email: string;
  readonly name: string;
}

/** Uses that make one of each thing between them. */
const MAKERS = [
  ...['endUserSession', 'revokeClientSecret', 'deleteResource', 'deleteWebhook', 'revokeGrant'],
] as const;

/** A tenant that people may be invited to, for what is done to a tenant as a whole. */
export async function aHome(stage: Stage): Promise<TenantId> {
  const { id, slug } = await stage.aTenant();
  await stage.rooms.tenancy.update(slug, { registration: 'invite' });
  return id;
}

export async function anEstate(stage: Stage): Promise<Estate> {
  const tenant = await aHome(stage);
  const name = `Mark${newMark()}`;
  const { email } = await stage.aUser({ tenantId: tenant, name });
  const made: Things[] = [];
  for (const id of MAKERS) {
    const { params = {} } = await aUse(stage, tenant, id, name);
    made.push(params);
  }
  await stage.avian.jobs.find((job) => job.name === 'audit-chain')?.run();
  const entry = (await marksIn(stage, 'audit_entries', tenant)).find(isId) ?? '';
  return { tenant, things: Object.assign({}, ...made, { tenant, entry }), email, name };
}

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const isId = (mark: string) => ID.test(mark);
/** Ids of all that has one, addresses of mail, slugs and names. */
const MARK = new RegExp(
  `${ID.source}|[\\w.+-]+@[\\w.-]+|flock-[0-9a-f]{12}|Mark[0-9a-f]{12}|\\b[a-z2-7]{24}\\b`,
  'g',
);

/** Things that never were, in the form of those that are. */
export function never(things: Things): Things {
  return Object.fromEntries(
    Object.entries(things).map(([name, id]) => {
      const uuids = (id ?? '').replaceAll(new RegExp(ID, 'g'), () => randomUUID());
      const other = (letter: string) => (letter === 'a' ? 'b' : 'a');
      // An application's, and a session's.
      return [
        name,
        uuids.replace(/\b[a-z2-7]{24}$|^[\w-]{43}$/, (one) => one.replace(/[a-z]/g, other)),
      ];
    }),
  );
}

async function marksIn(stage: Stage, table: string, tenant: TenantId): Promise<readonly string[]> {
  const rows = await stage.avian.core.units.run(SYSTEM, (unit) => rowsOf(unit, table));
  return rows.flatMap((row) => (row.tenant === tenant ? (row.row.match(MARK) ?? []) : []));
}

/** What can be told of a tenant and of nobody else: ids, addresses, slugs and names, of all its rows. */
export async function marksOf(stage: Stage, tenant: TenantId): Promise<readonly string[]> {
  const all = await stage.avian.core.units.run(SYSTEM, async (unit) => {
    const found = [];
    for (const table of TABLES) found.push(...(await rowsOf(unit, table)));
    return found;
  });
  const marks = (own: boolean) =>
    all
      .filter((row) => (row.tenant === tenant) === own)
      .flatMap(({ row }) => row.match(MARK) ?? []);
  const others = new Set(marks(false));
  return [...new Set(marks(true))].filter((mark) => !others.has(mark));
}

/** Everything that tenants have, as the server sees it. */
export async function stateOf(
  stage: Stage,
  ...tenants: readonly TenantId[]
): Promise<readonly string[]> {
  const those: ReadonlySet<string | null> = new Set(tenants);
  return stage.avian.core.units.run(SYSTEM, async (unit) => {
    const rows = [];
    for (const table of TABLES) {
      const found = await rowsOf(unit, table);
      rows.push(
        ...found.filter(({ tenant }) => those.has(tenant)).map(({ row }) => `${table} ${row}`),
      );
    }
    return rows;
  });
}

/** What an operation is to be asked for, and the tenant that has it. */
export interface Target {
  readonly operation: AnyOperation;
  readonly tenant: TenantId;
  readonly things: Things;
  readonly how: Call;
}

/** One for each operation, of the estate; of a tenant of its own, for what only a super_admin does to one. */
export async function targetsIn(
  stage: Stage,
  estate: Estate,
  operations: readonly AnyOperation[],
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const operation of operations) {
    if (operation.method === 'GET') {
      targets.push({ operation, tenant: estate.tenant, things: estate.things, how: {} });
      continue;
    }
    const tenant = mayAdmin(operation) ? estate.tenant : await aHome(stage);
    const { params: things = {}, body } = await aUse(stage, tenant, operation.id);
    targets.push({ operation, tenant, things, how: sent(operation, body) });
  }
  return targets;
}

/** Whether a tenant_admin may use it in their own tenant. */
export function mayAdmin({ permission }: AnyOperation): boolean {
  return isPermission(permission) && holds('tenant_admin', permission);
}

/** What is sent for a use; an operation that reads a body is sent one. */
export function sent({ body: read }: AnyOperation, body?: object): Call {
  return read ? { body: body ?? {} } : {};
}

/** The names of a path's parameters. */
export function namesIn(path: string): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
}

/** Asks for an operation of the things that are named; throws where nobody knows one. */
export function ask(
  { call }: Pick<AnAdministrator, 'call'>,
  { method, path }: AnyOperation,
  things: Things,
  how: Call = {},
): Promise<CallAnswer<Record<string, unknown> | undefined>> {
  const place = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const id = things[name];
    if (id === undefined) throw new Error(`There is no ${name} to ask for: ${path}.`);
    return encodeURIComponent(id);
  });
  return call(method, place, how);
}

/** All that an answer says, but for what names the request itself. */
export function saidIn({ headers, text }: CallAnswer<unknown>): string {
  const told = [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
  return `${told.map((pair) => pair.join(': ')).join('\n')}\n\n${text.replace(/"requestId":"[^"]*"/, '')}`;
}
