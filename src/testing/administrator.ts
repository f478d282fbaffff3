import { API_RESOURCE, type Permission, permissionsOf } from '#src/features/access/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type TenantId, tenantId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import { type APerson, newMark } from './instance.ts';
import type { App, Stage } from './journeys/stage.ts';
import type { Visitor } from './visitor.ts';

export interface AdministratorDraft {
  readonly role: Role;
  /** Theirs; one of their own unless told, and a super_admin's is the operator's. */
  readonly tenant?: TenantId;
  /** What their token may do, of what their role may; all of it unless told. */
  readonly scopes?: readonly Permission[];
  /** What they manage with; an application that may do everything unless told. */
  readonly app?: App;
}

export interface Call {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  /** What the JSON says, as the test that asks for it knows its shape; nothing where there is none. */
  readonly body: Body;
  readonly text: string;
}

export type Caller = <Body = Record<string, unknown>>(
  method: string,
  path: string,
  call?: Call,
) => Promise<CallAnswer<Body>>;

/** Somebody with a role, and a token of theirs for the management API. */
export interface AnAdministrator {
  readonly person: APerson;
  readonly token: string;
  /** Where they are signed in. */
  readonly visitor: Visitor;
  readonly app: App;
  /** Asks below `/api`. */
  readonly call: Caller;
}

/** Every permission there is, for an application that manages. */
export const ADMINISTRATION = permissionsOf('super_admin');

/** Makes a person of that role, and signs them in to an application that manages. */
export async function anAdministrator(
  stage: Stage,
  { role, tenant, scopes = ADMINISTRATION, app }: AdministratorDraft,
): Promise<AnAdministrator> {
  const home = tenant ?? (role === 'super_admin' ? await operatorTenant(stage) : undefined);
  const [person, console] = await Promise.all([
    stage.aUser({ role, ...(home && { tenantId: home }) }),
    app ?? aConsole(stage),
  ]);
  const visitor = stage.visitor();
  const asked = ['openid', ...scopes].join(' ');
  const { access_token: token } = await console.signIn(visitor, person, {
    parameters: { resource: API_RESOURCE, scope: asked },
  });
  return { person, token, visitor, app: console, call: callerWith(stage, token) };
}

/** An application that may ask for whatever the management API lets anybody do. */
function aConsole(stage: Stage): Promise<App> {
  return stage.app({ scopes: ['openid', ...ADMINISTRATION], resources: [API_RESOURCE] });
}

/** Asks below `/api` with a token; with none, as a stranger. */
export function callerWith(stage: Pick<Stage, 'issuer'>, token?: string): Caller {
  return async <Body>(
    method: string,
    path: string,
    { query = {}, body, headers }: Call = {},
  ): Promise<CallAnswer<Body>> => {
    const url = new URL(`/api${path}`, stage.issuer);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const { status, headers: told } = response;
    return { status, headers: told, body: isJson ? JSON.parse(text) : undefined, text };
  };
}

/** The operator's tenant; a database has one, which is made when there is none. */
export async function operatorTenant({ avian, rooms, clock }: Stage): Promise<TenantId> {
  const { units, stores } = avian.core;
  const scope = { kind: 'system', job: 'test' } as const;
  const find = () =>
    units.run(scope, async (unit) => {
      const sql = 'select id from tenants where operator';
      return (await client(unit).query<{ id: string }>(sql)).rows[0]?.id;
    });
  const there = await find();
  if (there !== undefined) return tenantId(there);

  const slug = `operator-${newMark()}`;
  const pattern = await rooms.tenancy.create({ slug: `${slug}-pattern`, name: 'Pattern' });
  if (!pattern.ok) throw new Error('There is no pattern for a tenant.');
  const id = tenantId(createIds(clock).uuid());
  await units.run(scope, (unit) =>
    stores.tenants.insert(unit, { ...pattern.value, id, slug, name: 'Operator', operator: true }),
  );
  return id;
}
