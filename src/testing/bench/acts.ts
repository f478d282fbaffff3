import { API_RESOURCE, type Permission } from '#src/features/access/index.ts';
import type { Action } from '#src/features/audit/index.ts';
import { type Caller, callerWith } from '../administrator.ts';
import { createRandom } from '../delays.ts';

/** What there is to manage; it grows by what is made. */
export interface Estate {
  readonly tenant: string;
  readonly people: string[];
  readonly apps: string[];
}

/** What the machine that manages may do. */
export const PERMISSIONS: readonly Permission[] = [
  ...(['users:create', 'users:update', 'users:disable', 'users:delete', 'roles:grant'] as const),
  ...(['clients:create', 'clients:update', 'tenants:update'] as const),
];

/** One request of those who manage, and what became of it as they saw it. */
export interface Asking {
  readonly act: ActName;
  /** As `X-Request-Id` told it; without one there was no answer. */
  readonly requestId?: string;
  readonly status?: number;
}

export type ActName = keyof typeof ACTS;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** What has the id of what it makes from then on. */
  readonly makes?: string[];
  /** What is without the id that its path ends in. */
  readonly unmakes?: string[];
}

interface Draw {
  readonly mark: string;
  readonly person: string;
  readonly app: string;
  readonly estate: Estate;
  any<Item>(items: readonly Item[]): Item;
}

interface Act {
  /** What its entry says. */
  readonly action: Action;
  request(draw: Draw): Request;
}

const WARM_ROUNDS = 10;
const NOBODY = '/users/00000000-0000-0000-0000-000000000000/enable';
const PASSWORD = 'Correct horse battery staple 4!';

/** What is done, all of it at once. */
export const ACTS = {
  'create a user': {
    action: 'user.created',
    request: ({ mark, estate, any }) => ({
      ...{ method: 'POST', path: '/users', makes: estate.people },
      body: {
        ...{ email: `${mark}@bench.example`, name: mark, verified: true },
        ...(any([true, true, true, false]) && { password: PASSWORD }),
      },
    }),
  },
  'rename a user': {
    action: 'user.updated',
    request: ({ mark, person }) => ({
      ...{ method: 'PATCH', path: `/users/${person}`, body: { name: mark } },
    }),
  },
  'change a role': {
    action: 'user.role-changed',
    request: ({ person, any }) => ({
      ...{ method: 'PUT', path: `/users/${person}/role` },
      body: { role: any(['user', 'security_analyst', 'tenant_admin']) },
    }),
  },
  'disable a user': {
    action: 'user.disabled',
    request: ({ person }) => ({ method: 'POST', path: `/users/${person}/disable` }),
  },
  'enable a user': {
    action: 'user.enabled',
    request: ({ person }) => ({ method: 'POST', path: `/users/${person}/enable` }),
  },
  'force a password change': {
    action: 'user.password-expired',
    request: ({ person }) => ({ method: 'POST', path: `/users/${person}/force-password-change` }),
  },
  'delete a user': {
    action: 'user.deleted',
    request: ({ person, estate }) => ({
      ...{ method: 'DELETE', path: `/users/${person}`, unmakes: estate.people },
    }),
  },
  'create a client': {
    action: 'client.created',
    request: ({ mark, estate }) => ({
      ...{ method: 'POST', path: '/clients', makes: estate.apps },
      body: { kind: 'machine', name: mark },
    }),
  },
  'update a client': {
    action: 'client.updated',
    request: ({ mark, app, any }) => ({
      ...{ method: 'PATCH', path: `/clients/${app}` },
      body: { name: mark, dpopBound: any([true, false]) },
    }),
  },
  'rotate a secret': {
    action: 'client.secret-rotated',
    request: ({ app, any }) => ({
      ...{ method: 'POST', path: `/clients/${app}/secrets` },
      body: { overlapSeconds: any([0, 60]) },
    }),
  },
  'set up the tenant': {
    action: 'tenant.updated',
    request: ({ mark, estate, any }) => ({
      ...{ method: 'PATCH', path: `/tenants/${estate.tenant}` },
      body: {
        ...{ name: mark, sessionLimit: any([null, 1, 5]) },
        registration: any(['off', 'invite', 'open']),
      },
    }),
  },
} as const satisfies Readonly<Record<string, Act>>;

export const ACT_NAMES = Object.keys(ACTS) as readonly ActName[];

/** Those who manage, so many at once, over and over. */
export interface Clerks {
  /** Asks for what is refused, until a process that has just begun is as quick as it gets. */
  warm(issuer: string, token: string): Promise<void>;
  /** Asks until nobody answers any more, and says what was asked. */
  work(issuer: string, token: string): Promise<readonly Asking[]>;
}

/** The same seed draws the same acts; which of them come together, the machine decides. */
export function createClerks(count: number, estate: Estate, seed: number): Clerks {
  const random = createRandom(seed);
  const any = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  let marks = 0;

  function draw(): { name: ActName; request: Request } {
    const name = any(ACT_NAMES);
    marks += 1;
    const [person, app] = [any(estate.people), any(estate.apps)];
    const act: Act = ACTS[name];
    return { name, request: act.request({ mark: `m-${marks}`, person, app, estate, any }) };
  }

  async function clerk(call: Caller, asked: Asking[]): Promise<void> {
    for (;;) {
      const { name, request } = draw();
      const answer = await answerTo(call, request);
      asked.push({ act: name, ...answer });
      if (!answer) return;
    }
  }

  return {
    async warm(issuer, token) {
      const call = callerWith({ issuer }, token);
      for (let round = 0; round < WARM_ROUNDS; round += 1)
        await Promise.all(Array.from({ length: count }, () => call('POST', NOBODY)));
    },

    async work(issuer, token) {
      const call = callerWith({ issuer }, token);
      const asked: Asking[] = [];
      await Promise.all(Array.from({ length: count }, () => clerk(call, asked)));
      return asked;
    },
  };
}

/** Nothing, where the server was gone before all of its answer was there. */
async function answerTo(call: Caller, { method, path, body, makes, unmakes }: Request) {
  const answer = await call(method, path, { ...(body !== undefined && { body }) }).catch(
    (error: unknown) => {
      // What fetch rejects with where there is no answer.
      if (error instanceof TypeError) return undefined;
      throw error;
    },
  );
  if (!answer) return undefined;
  const { status, headers } = answer;
  const made = headers.get('location')?.split('/').at(-1);
  if (status === 201 && makes && made !== undefined) makes.push(made);
  const gone = unmakes?.indexOf(path.split('/').at(-1) ?? '') ?? -1;
  if (gone >= 0 && (status === 204 || status === 404)) unmakes?.splice(gone, 1);
  return { status, requestId: headers.get('x-request-id') ?? '' };
}

/** A token of a machine that manages. */
export async function managementToken(
  issuer: string,
  { id, secret }: { readonly id: string; readonly secret: string },
  permissions: readonly Permission[],
): Promise<string> {
  const response = await fetch(new URL('/token', issuer), {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', resource: API_RESOURCE },
      scope: permissions.join(' '),
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`No token: ${response.status}`);
  return token;
}
