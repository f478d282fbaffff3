import { z } from 'zod';
import { type AnyOperation, type Asked, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { Conflict, Forbidden, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import { tenantId } from '#src/kernel/ids.ts';
import { type Outcome, unreachable } from '#src/kernel/outcome.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { TenantDesk } from './desk.ts';
import type { ActRefusal } from './lifecycle.ts';
import {
  PASSWORD_RULES,
  REGISTRATIONS,
  SESSION_SIGNALS,
  TENANT_STATUSES,
  type Tenant,
  type TenantSettings,
} from './tenant.ts';

export interface TenantApiDeps {
  readonly tenants: TenantDesk;
  readonly cursors: Cursors;
}

/** What a tenant's own administrators decide; whether it is the default one is the server's business. */
const settings = {
  name: z.string(),
  registration: z.enum(REGISTRATIONS).meta({ description: 'Who may make an account.' }),
  registrationDomains: z
    .array(z.string())
    .meta({ description: 'With registration by domain: what addresses end in.' }),
  passwordRules: z.enum(PASSWORD_RULES),
  passwordDays: z
    .number()
    .nullable()
    .meta({ description: 'How long a password holds; null says for ever.' }),
  sessionLimit: z
    .number()
    .nullable()
    .meta({ description: 'How many sessions a person may be in; null says any number.' }),
  sessionWatch: z
    .array(z.enum(SESSION_SIGNALS))
    .meta({ description: 'What ends a session as suspicious.' }),
};

const Answer = z
  .strictObject({
    id: z.uuid(),
    slug: z.string(),
    status: z.enum(TENANT_STATUSES),
    operator: z.boolean().meta({ description: 'The one that super_admins belong to.' }),
    isDefault: z.boolean(),
    ...settings,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    suspendedAt: z.iso.datetime().optional(),
    deletesAt: z.iso
      .datetime()
      .optional()
      .meta({ description: 'When it is gone for good, unless it is restored before.' }),
  })
  .meta({ id: 'Tenant' });

const params = z.strictObject({ tenant: z.uuid() });
const tag = 'Tenants';
const KIND = 'tenants';

/** The tenants of this server, for those who manage (R25). */
export function createTenantApi(deps: TenantApiDeps): readonly AnyOperation[] {
  return [...readings(deps), ...changes(deps), ...acts(deps)];
}

function readings({ tenants, cursors }: TenantApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ id: 'listTenants', method: 'GET', path: '/tenants', tag, reach: 'server' },
      permission: 'tenants:read',
      summary: 'Lists the tenants: all of them for a super_admin, their own for everybody else.',
      query: z.strictObject({ ...pageQuery, status: z.enum(TENANT_STATUSES).optional() }),
      answer: pageAnswer(Answer),
      async run({ scope, query: { limit, cursor, status } }) {
        const [after] = cursor === undefined ? [] : cursors.read(scope, KIND, cursor);
        const { items, next } = await tenants.list(scope, {
          limit,
          ...(after !== undefined && { after }),
          ...(status && { status }),
        });
        const onward = next === undefined ? undefined : cursors.write(scope, KIND, [next]);
        return { body: pageOf(items.map(shown), onward) };
      },
    }),
    operation({
      ...{ id: 'getTenant', method: 'GET', path: '/tenants/:tenant', tag },
      permission: 'tenants:read',
      summary: 'Shows a tenant and its settings.',
      params,
      answer: Answer,
      async run({ scope, params: { tenant: id } }) {
        const tenant = await tenants.find(scope, tenantId(id));
        if (!tenant) throw unknown();
        return replyOf(tenant);
      },
    }),
  ];
}

function changes({ tenants }: TenantApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{
        id: 'createTenant',
        method: 'POST',
        path: '/tenants',
        tag,
        reach: 'server',
        status: 201,
      },
      permission: 'tenants:create',
      summary: 'Makes a tenant.',
      body: z.strictObject({ slug: z.string(), name: z.string() }),
      answer: Answer,
      async run({ scope, body }) {
        if (scope.kind !== 'operator')
          throw new Forbidden('Tenants are made for the server as a whole: name none.');
        const made = await tenants.create(scope, body);
        if (!made.ok) throw new Conflict('There is a tenant of that slug already.');
        return { ...replyOf(made.value), location: `/api/tenants/${made.value.id}` };
      },
    }),
    operation({
      ...{ id: 'updateTenant', method: 'PATCH', path: '/tenants/:tenant', tag },
      permission: 'tenants:update',
      summary: 'Changes the settings of a tenant; what is not named stays.',
      params,
      body: z.strictObject(settings).partial(),
      answer: Answer,
      async run({ scope, params: { tenant: id }, body, version }) {
        const wanted = Object.fromEntries(
          Object.entries(body).filter(([, value]) => value !== undefined),
        ) as Partial<TenantSettings>;
        return replyTo(await tenants.update(scope, tenantId(id), wanted, version));
      },
    }),
  ];
}

function acts({ tenants }: TenantApiDeps): readonly AnyOperation[] {
  const by =
    (act: TenantDesk['suspend']) =>
    async ({ scope, params: { tenant: id }, version }: Asked<{ readonly tenant: string }>) =>
      replyTo(await act(scope, tenantId(id), version));
  return [
    operation({
      ...{ id: 'suspendTenant', method: 'POST', path: '/tenants/:tenant/suspend', tag },
      permission: 'tenants:suspend',
      summary: 'Shuts a tenant: everybody is signed out, and nobody signs in.',
      ...{ params, answer: Answer, run: by(tenants.suspend) },
    }),
    operation({
      ...{ id: 'resumeTenant', method: 'POST', path: '/tenants/:tenant/resume', tag },
      permission: 'tenants:suspend',
      summary: 'Opens a suspended tenant again.',
      ...{ params, answer: Answer, run: by(tenants.resume) },
    }),
    operation({
      ...{ id: 'deleteTenant', method: 'DELETE', path: '/tenants/:tenant', tag, status: 202 },
      permission: 'tenants:delete',
      summary: 'Shuts a tenant now, and removes it with all that is in it in thirty days.',
      ...{ params, answer: Answer, run: by(tenants.delete) },
    }),
    operation({
      ...{ id: 'restoreTenant', method: 'POST', path: '/tenants/:tenant/restore', tag },
      permission: 'tenants:delete',
      summary: 'Takes a deletion back, until its thirty days are over.',
      ...{ params, answer: Answer, run: by(tenants.restore) },
    }),
  ];
}

function replyOf(tenant: Tenant) {
  return { body: shown(tenant), version: versionOf(tenant) };
}

function replyTo(ending: Outcome<Tenant, 'unknown' | 'changed' | ActRefusal>) {
  if (!ending.ok) throw refusal(ending.reason);
  return replyOf(ending.value);
}

function shown({ createdAt, updatedAt, suspendedAt, deletesAt, ...tenant }: Tenant) {
  return {
    ...tenant,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(suspendedAt && { suspendedAt: suspendedAt.toISOString() }),
    ...(deletesAt && { deletesAt: deletesAt.toISOString() }),
  };
}

function refusal(reason: 'unknown' | 'changed' | ActRefusal): Error {
  switch (reason) {
    case 'unknown':
      return unknown();
    case 'changed':
      return new PreconditionFailed('Somebody has changed this tenant meanwhile.');
    case 'operator':
      return new Conflict('The operator’s own tenant can’t be shut.');
    case 'wrong-state':
      return new Conflict('The tenant isn’t in a state that allows that.');
    case 'too-late':
      return new Conflict('The tenant’s time of grace is over.');
    default:
      return unreachable(reason);
  }
}

function unknown(): NotFound {
  return new NotFound('There is no such tenant.');
}
