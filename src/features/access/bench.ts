import { createPublicKey, hash } from 'node:crypto';
import { Router } from '@koa/router';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AuditEvent } from '#src/features/audit/index.ts';
import type { RegisteredClient } from '#src/features/clients/index.ts';
import { type SessionFacts, standing } from '#src/features/sessions/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import { createToolkit, serve } from '#src/http/bench.ts';
import { generateSigningKey, type SigningKey } from '#src/infra/crypto/keys.ts';
import { createSigner } from '#src/infra/crypto/signer.ts';
import type { Entry } from '#src/infra/ephemeral/port.ts';
import { DAY, epochSeconds, later } from '#src/kernel/clock.ts';
import { clientId, type TenantId, tenantId, type UserId, userId } from '#src/kernel/ids.ts';
import type { Role } from '#src/kernel/roles.ts';
import type { AdminScope, Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createAccessTokens } from '#src/oidc/access-tokens.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createGate, type Guarded } from './gate.ts';
import { API_RESOURCE, permissionsOf } from './permissions.ts';
import { createAccess } from './service.ts';

const id = (kind: string, number: number) =>
  `01890000-0000-7000-8${kind}-${String(number).padStart(12, '0')}`;

/** Two tenants, the operator's, and the id of none. */
export const HOME = tenantId(id('00a', 1));
export const ELSEWHERE = tenantId(id('00a', 2));
export const OPERATOR = tenantId(id('00a', 3));
export const NOWHERE = tenantId(id('00a', 4));

const ISSUER = 'http://id.example.test';
export const ALL = permissionsOf('super_admin');

export interface Resident {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly role: Role;
  readonly sid: string;
}

const resident = (number: number, home: TenantId, role: Role): Resident => ({
  ...{ id: userId(id('00b', number)), tenantId: home, role, sid: `session-${number}` },
});

/** One for each role: the super_admin in the operator's tenant, all others in HOME. */
export const RESIDENTS = {
  user: resident(1, HOME, 'user'),
  security_analyst: resident(2, HOME, 'security_analyst'),
  tenant_admin: resident(3, HOME, 'tenant_admin'),
  super_admin: resident(4, OPERATOR, 'super_admin'),
} as const satisfies Readonly<Record<Role, Resident>>;

/** The names of applications: for people, machines, and such as get no further. */
export const CLIENTS = {
  console: {},
  robot: { kind: 'machine', tenantId: HOME },
  operatorsRobot: { kind: 'machine', tenantId: OPERATOR },
  homelessRobot: { kind: 'machine' },
  elsewheres: { tenantId: ELSEWHERE },
  reader: { resources: ['https://api.example'] },
  gone: { status: 'disabled' },
} as const satisfies Readonly<Record<string, Partial<RegisteredClient>>>;

export type World = Awaited<ReturnType<typeof createBench>>;

/** The gate with the provider's own verifier behind it; what either keeps is in memory. Unless `audited`, no entry can be written. */
export async function createBench({ audited = true } = {}) {
  const clock = createTestClock();
  const start = clock.now();
  const [signing, retiring, foreign] = await Promise.all([aKey(), aKey(), aKey()]);
  const keys = [signing, retiring];
  const ended = new Set<string>();
  const roles = new Map<string, Role>();
  const entries: (AuditEvent & { readonly scope?: Scope })[] = [];
  const spent: string[] = [];

  const write = (entry: (typeof entries)[number]) => {
    if (!audited) throw new Error('No entry can be written.');
    entries.push(entry);
  };
  const residentOf = (user: string) => {
    const found = Object.values(RESIDENTS).find((one) => one.id === user);
    return found && { ...found, role: roles.get(found.id) ?? found.role };
  };
  const standingOf = async (facts: SessionFacts) => {
    const found = residentOf(facts.userId);
    const user = found && { ...found, email: 'ada@x.test', name: 'Ada', updatedAt: start };
    const record = user && {
      ...{ user, revoked: ended.has(facts.uid), sessionsValidFrom: start },
      ...({ userStatus: 'active', tenantStatus: 'active' } as const),
    };
    return standing(facts, record, clock.now());
  };

  const tokens = createAccessTokens({
    ...{ issuer: ISSUER, keys: () => keys, clock, store: createStore(start), names: NAMES },
    sessions: { judge: standingOf },
    clients: { find: async (name) => clientNamed(name, start) },
  });
  const access = createAccess({
    units: UNITS,
    tenants: { find: async (_, one) => tenantWith(one, start) },
    audit: {
      record: async (unit, event) => write({ ...event, scope: unit.scope }),
      recordAlone: async (event) => write(event),
    },
  });
  const gate = createGate({
    ...{ tokens, access, issuer: ISSUER },
    limits: { spend: async (_, name, said) => void spent.push(JSON.stringify([name, said])) },
  });
  return { clock, signing, retiring, foreign, ended, roles, entries, spent, tokens, access, gate };
}

/** Serves operations behind the gate, each at `/api/<id>` and `/api/tenants/:tenant/<id>`, whatever the method. */
export async function serveBench(world: World, ...operations: readonly Guarded[]) {
  const runs: { readonly scope: AdminScope; readonly query: string }[] = [];
  const router = new Router();
  for (const operation of operations) {
    const paths = [`/api/${operation.id}`, `/api/tenants/:tenant/${operation.id}`];
    router.all(paths, world.gate.require(operation), async (ctx) => {
      runs.push({ scope: world.gate.scopeOf(ctx), query: ctx.querystring });
      ctx.body = 'done';
    });
  }
  const { ask } = await serve(...createToolkit().stack, router);
  return { ask, runs };
}

export const OPERATION = { id: 'things', permission: 'users:read' } as const;

/** What the provider writes into a token of somebody's; `over` in place of it, and `undefined` for nothing. */
export function claimsOf(world: World, who: Resident, over: Record<string, unknown> = {}) {
  const now = epochSeconds(world.clock.now());
  return {
    ...{ iss: ISSUER, aud: API_RESOURCE, sub: who.id, client_id: 'console', jti: 'a-token' },
    ...{ iat: now, exp: now + 600, auth_time: now, sid: who.sid, tenant_id: who.tenantId },
    ...{ roles: [who.role], scope: ALL.join(' '), ...over },
  };
}

/** A machine's. */
export function machineClaims(world: World, client: keyof typeof CLIENTS, over = {}) {
  const now = epochSeconds(world.clock.now());
  return {
    ...{ iss: ISSUER, aud: API_RESOURCE, sub: client, client_id: client, jti: 'a-token' },
    ...{ iat: now, exp: now + 600, scope: ALL.join(' '), ...over },
  };
}

/** Signs whatever it is given, whatever the header says. */
export async function tokenOf(
  claims: Record<string, unknown>,
  key: SigningKey,
  header: Record<string, unknown> = {},
): Promise<string> {
  const whole = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header };
  const signed = [whole, claims].map((part) => base64(JSON.stringify(part))).join('.');
  return `${signed}.${base64(await createSigner(key).sign(Buffer.from(signed)))}`;
}

const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64url');

/** A key that tokens can be bound to, and proofs by it. */
export async function aHolder(world: World) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    proof: (token: string, over: Record<string, unknown> = {}, header = {}) =>
      new SignJWT({
        ...{ jti: crypto.randomUUID(), iat: epochSeconds(world.clock.now()), htm: 'GET' },
        ...{
          htu: `${ISSUER}/api/${OPERATION.id}`,
          ath: hash('sha256', token, 'base64url'),
          ...over,
        },
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  };
}

/** The public half as text: what somebody would use who takes it for a shared secret. */
export function publicPem(key: SigningKey): string {
  const made = createPublicKey({ key: { ...key }, format: 'jwk' });
  return made.export({ type: 'spki', format: 'pem' }).toString();
}

const aKey = () => generateSigningKey('ES256');
const UNITS: Units = {
  run: (scope, work) => work({ scope } as Unit),
  once: (scope, work) => work({ scope } as Unit),
};
const NAMES = {
  key: (model: string, name: string) => `${model} ${name}`,
  sessionIndex: (uid: string) => uid,
};

/** Every resident's session, begun at `start`, and a place for what may be seen once. */
function createStore(start: Date) {
  const seen = new Set<string>();
  const sessions = new Map(Object.values(RESIDENTS).map((one) => [one.sid, sessionOf(one, start)]));
  return {
    members: async (index: string) => (sessions.has(index) ? [index] : []),
    get: async (key: string) => sessions.get(key),
    create: async (key: string) => {
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    },
  };
}

function sessionOf({ id: accountId, sid: uid }: Resident, start: Date): Entry {
  const value = JSON.stringify({ accountId, uid, loginTs: epochSeconds(start) });
  return { value, expiresAt: later(start, DAY), parts: {} };
}

function clientNamed(name: string, at: Date): RegisteredClient | undefined {
  if (!Object.hasOwn(CLIENTS, name)) return undefined;
  const over: Partial<RegisteredClient> = CLIENTS[name as keyof typeof CLIENTS];
  const whole: RegisteredClient = {
    ...{ id: clientId(name), kind: 'web', name, status: 'active', firstParty: true },
    ...{ redirectUris: [], postLogoutRedirectUris: [], corsOrigins: [], secretDigests: [] },
    suspended: false,
    registered: [],
    ...{ scopes: ['openid', ...ALL], resources: [API_RESOURCE], requirePkce: true },
    ...{ requirePar: false, dpopBound: false, claimsAtUserinfo: false, idTokenAlg: 'RS256' },
    ...{ createdAt: at, updatedAt: at },
  };
  return { ...whole, ...over };
}

function tenantWith(one: TenantId, at: Date): Tenant | undefined {
  if (one === NOWHERE) return undefined;
  const operator = one === OPERATOR;
  return { id: one, status: 'active', operator, createdAt: at, updatedAt: at } as Tenant;
}
