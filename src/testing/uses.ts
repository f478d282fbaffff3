import { expect } from 'vitest';
import { z } from 'zod';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { newMark } from './instance.ts';
import type { Stage } from './journeys/stage.ts';
import { administratorOf } from './scopes.ts';

/** One use of an operation, and what of its entry is known beforehand. */
export interface Use {
  /** By the name of a path's parameter. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  readonly before?: object;
  readonly after?: object;
  /** Of what has no state to compare: what the entry says was made or taken away. */
  readonly says?: object;
}

/** Where it is used: by nobody who did anything else. */
export interface Place {
  readonly stage: Stage;
  readonly tenant: TenantId;
  readonly name: string;
  /** Uses an operation in an administrator's name that is not looked at, and answers with its body. */
  make(id: string, use: Use): Promise<Record<string, unknown>>;
}

/** Has an operation do what it does, behind its gate. */
export async function runUse(
  stage: Stage,
  scope: AdminScope,
  id: string,
  { params = {}, body = {} }: Use,
) {
  const operation = stage.avian.api.operations.find((one) => one.id === id);
  const read = (schema: AnyOperation['body'], given: object) => schema?.parse(given);
  const asked = {
    scope,
    params: read(operation?.params, params),
    query: undefined,
    body: read(operation?.body, body),
  };
  const reply = await operation?.run(asked);
  operation?.answer?.parse(reply?.body);
  return reply?.body as Record<string, unknown> | undefined;
}

const aPerson = async ({ stage, tenant: tenantId }: Place) => {
  const { id } = await stage.aUser({ tenantId });
  return { params: { user: id } };
};

const idOf = ({ id }: Record<string, unknown>) => z.string().parse(id);

async function aClient({ make, name }: Place) {
  const made = await make('createClient', { body: { kind: 'machine', name } });
  return { params: { client: idOf(made) } };
}

async function aResource({ make, name }: Place) {
  const made = await make('createResource', { body: anApi(name) });
  return { params: { resource: idOf(made) } };
}

async function aWebhook({ make }: Place) {
  const made = await make('createWebhook', { body: { url: HEARS } });
  return { params: { webhook: idOf(made) } };
}

const HEARS = 'https://hears.example/events';

const anApi = (name: string) => ({
  identifier: `https://api-${newMark()}.example`,
  name,
  scopes: [],
});

const aTenant = ({ tenant }: Place) => ({ params: { tenant } });

const DISABLED = { before: { status: 'active' }, after: { status: 'disabled' } };
const ENABLED = { before: { status: 'disabled' }, after: { status: 'active' } };
/** The password of whoever is made with one. */
export const SECRET = 'Correct horse 9! battery';

/** How each operation that changes something is used, by its id. */
export const USES: Readonly<Record<string, (place: Place) => Use | Promise<Use>>> = {
  createTenant: ({ name }) => {
    const body = { slug: `flock-${newMark()}`, name };
    return { body, says: body };
  },
  updateTenant: (place) => ({ ...aTenant(place), body: { name: `${place.name}!` } }),
  suspendTenant: (place) => ({ ...aTenant(place), after: { status: 'suspended' } }),
  resumeTenant: async (place) => {
    await place.make('suspendTenant', aTenant(place));
    return { ...aTenant(place), before: { status: 'suspended' }, after: { status: 'active' } };
  },
  deleteTenant: (place) => ({ ...aTenant(place), after: { status: 'deleting' } }),
  restoreTenant: async (place) => {
    await place.make('deleteTenant', aTenant(place));
    return { ...aTenant(place), before: { status: 'deleting' } };
  },

  createUser: ({ name }) => {
    const email = `p.${newMark()}@x.test`;
    return { body: { email, name, password: SECRET }, after: { email, name, role: 'user' } };
  },
  inviteUser: () => {
    const email = `p.${newMark()}@x.test`;
    return { body: { email }, after: { email, role: 'user' } };
  },
  updateUser: async (place) => ({
    ...(await aPerson(place)),
    body: { name: `${place.name}!` },
    after: { name: `${place.name}!` },
  }),
  changeUserRole: async (place) => ({
    ...(await aPerson(place)),
    body: { role: 'tenant_admin' },
    ...{ before: { role: 'user' }, after: { role: 'tenant_admin' } },
  }),
  disableUser: async (place) => ({ ...(await aPerson(place)), ...DISABLED }),
  enableUser: async (place) => {
    const person = await aPerson(place);
    await place.make('disableUser', person);
    return { ...person, ...ENABLED };
  },
  deleteUser: async (place) => ({ ...(await aPerson(place)), before: { role: 'user' } }),
  unlockUser: async (place) => ({ ...(await aPerson(place)), after: { closed: false } }),
  forcePasswordChange: async (place) => ({ ...(await aPerson(place)), before: {} }),
  endUserSessions: async (place) => ({ ...(await aPerson(place)), after: {} }),
  endUserSession: async ({ stage, tenant }) => {
    const person = await stage.aUser({ tenantId: tenant });
    await (await stage.app()).signIn(stage.visitor(), person);
    const [live] = await stage.avian.oidc.live.of(person.id);
    return { params: { user: person.id, session: live?.uid }, after: { ended: true } };
  },

  createClient: ({ name }) => ({ body: { kind: 'machine', name }, after: { name } }),
  updateClient: async (place) => ({
    ...(await aClient(place)),
    body: { name: `${place.name}!` },
    ...{ before: { name: place.name }, after: { name: `${place.name}!` } },
  }),
  deleteClient: async (place) => ({ ...(await aClient(place)), before: { name: place.name } }),
  disableClient: async (place) => ({ ...(await aClient(place)), ...DISABLED }),
  enableClient: async (place) => {
    const made = await aClient(place);
    await place.make('disableClient', made);
    return { ...made, ...ENABLED };
  },
  rotateClientSecret: async (place) => ({
    ...(await aClient(place)),
    says: { made: expect.any(String), ended: [] },
  }),
  revokeClientSecret: async (place) => {
    const { params } = await aClient(place);
    const made = await place.make('rotateClientSecret', { params });
    return { params: { ...params, secret: idOf(made) }, says: { ended: [made['id']] } };
  },

  createResource: ({ name }) => ({ body: anApi(name), after: { name } }),
  updateResource: async (place) => ({
    ...(await aResource(place)),
    body: { name: `${place.name}!` },
    ...{ before: { name: place.name }, after: { name: `${place.name}!` } },
  }),
  deleteResource: async (place) => ({ ...(await aResource(place)), before: { name: place.name } }),
  createWebhook: () => ({ body: { url: HEARS }, after: { url: HEARS } }),
  updateWebhook: async (place) => ({
    ...(await aWebhook(place)),
    body: { paused: true },
    ...{ before: { state: 'active' }, after: { state: 'paused' } },
  }),
  deleteWebhook: async (place) => ({ ...(await aWebhook(place)), before: { url: HEARS } }),
  rotateWebhookSecret: async (place) => ({
    ...(await aWebhook(place)),
    says: { previousUntil: expect.any(String) },
  }),
  replayWebhook: async (place) => ({
    ...(await aWebhook(place)),
    body: { since: place.stage.clock.now().toISOString() },
  }),
  testWebhook: async (place) => ({ ...(await aWebhook(place)), says: {} }),

  revokeGrant: async ({ stage, tenant }) => {
    const { id } = await stage.aUser({ tenantId: tenant });
    const app = await stage.anApp({ kind: 'machine' });
    await stage.avian.core.units.run({ kind: 'system', job: 'test' }, (unit) =>
      client(unit).query(
        `insert into consents (tenant_id, user_id, client_id, scopes, claims, resources, created_at, updated_at)
         values ($1, $2, $3, '{openid}', '{}', '[]', $4, $4)`,
        [tenant, id, app.id, stage.clock.now()],
      ),
    );
    return { params: { grant: `${id}.${app.id}` } };
  },
};

/** What using an operation takes: made in the tenant, by somebody who may do everything there. */
export async function aUse(stage: Stage, tenant: TenantId, id: string, name = 'Ada'): Promise<Use> {
  const by = administratorOf(tenant, 'super_admin');
  const make: Place['make'] = async (other, use) => (await runUse(stage, by, other, use)) ?? {};
  const known = USES[id];
  if (!known) throw new Error(`Nobody knows how ${id} is used.`);
  return known({ stage, tenant, name, make });
}
