import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { rotationBody } from '#src/http/api/rotation.ts';
import { fromEpochMilliseconds, SECOND } from '#src/kernel/clock.ts';
import { Conflict, Forbidden, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { ClientAdministration } from './administration.ts';
import type { ClientRefusal } from './changing.ts';
import { type Client, KINDS } from './client.ts';
import {
  ClientAnswer,
  ClientBody,
  ClientChangesBody,
  CreatedClientAnswer,
  MadeSecretAnswer,
  SecretAnswer,
} from './forms.ts';
import type { ClientSecrets, SecretFacts } from './secret-rotation.ts';
import type { ClientPosition } from './store.ts';

export interface ClientsApiDeps {
  readonly administration: ClientAdministration;
  readonly secrets: ClientSecrets;
  readonly cursors: Cursors;
}

const KIND = 'clients';
const common = { tag: 'Clients', reach: 'server' } as const;
const one = '/clients/:client';
const params = z.strictObject({ client: z.string().max(255) });

/** Applications and their secrets, for those who manage. */
export function createClientsApi(deps: ClientsApiDeps): readonly AnyOperation[] {
  return [...readings(deps), ...registrations(deps), ...switches(deps), ...secretsOf(deps)];
}

function readings({ administration, cursors }: ClientsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'listClients', method: 'GET', path: '/clients' },
      permission: 'clients:read',
      summary: 'Lists the tenant’s applications, the newest first.',
      query: z.strictObject({
        ...pageQuery,
        kind: z.enum(KINDS).optional(),
        status: z.enum(['active', 'disabled']).optional(),
        name: z.string().max(200).optional().meta({ description: 'A part of its name.' }),
      }),
      answer: pageAnswer(ClientAnswer),
      async run({ scope, query: { limit, cursor, ...filter } }) {
        const after = cursor === undefined ? undefined : placeOf(cursors.read(scope, KIND, cursor));
        const wanted = { ...given(filter), limit, ...(after && { after }) };
        const { items, next } = await administration.list(scope, wanted);
        const place = next && [String(next.createdAt.getTime()), next.id];
        const onward = place && cursors.write(scope, KIND, place);
        return { body: pageOf(items.map(shown), onward) };
      },
    }),
    operation({
      ...{ ...common, id: 'getClient', method: 'GET', path: one },
      permission: 'clients:read',
      summary: 'Shows an application of the tenant, or one that all tenants share.',
      params,
      answer: ClientAnswer,
      async run({ scope, params: { client: id } }) {
        const client = await administration.find(scope, id);
        if (!client) throw unknown();
        return replyOf(client);
      },
    }),
  ];
}

function registrations({ administration }: ClientsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'createClient', method: 'POST', path: '/clients', status: 201 },
      permission: 'clients:create',
      summary: 'Registers an application; its secret, where it has one, is shown this once.',
      body: ClientBody,
      answer: CreatedClientAnswer,
      async run({ scope, body }) {
        const made = await administration.create(scope, { ...given(body), ...named(body) });
        if (!made.ok) throw refusal(made.reason);
        const { client, secret } = made.value;
        const once = secret !== undefined && { secret };
        const location = `/api/clients/${client.id}`;
        return { body: { ...shown(client), ...once }, version: versionOf(client), location };
      },
    }),
    operation({
      ...{ ...common, id: 'updateClient', method: 'PATCH', path: one },
      permission: 'clients:update',
      summary: 'Changes an application; null takes away what it can be without.',
      params,
      body: ClientChangesBody,
      answer: ClientAnswer,
      async run({ scope, params: { client: id }, body, version }) {
        const wanted = { changes: given(body), ...(version !== undefined && { version }) };
        return replyOf(valueOf(await administration.update(scope, id, wanted)));
      },
    }),
    operation({
      ...{ ...common, id: 'deleteClient', method: 'DELETE', path: one },
      permission: 'clients:delete',
      summary: 'Deletes an application, its secrets, and what people allowed it.',
      params,
      async run({ scope, params: { client: id }, version }) {
        valueOf(await administration.remove(scope, id, version));
        return {};
      },
    }),
  ];
}

function switches({ administration }: ClientsApiDeps): readonly AnyOperation[] {
  const toggle = (verb: 'disable' | 'enable', summary: string) => {
    const status = verb === 'enable' ? 'active' : 'disabled';
    return operation({
      ...{ ...common, id: `${verb}Client`, method: 'POST', path: `${one}/${verb}` },
      permission: 'clients:update',
      summary,
      params,
      answer: ClientAnswer,
      async run({ scope, params: { client: id }, version }) {
        const wanted = { status, ...(version !== undefined && { version }) } as const;
        return replyOf(valueOf(await administration.setStatus(scope, id, wanted)));
      },
    });
  };
  return [
    toggle('disable', 'Disables an application: it gets no tokens, and nobody signs in to it.'),
    toggle('enable', 'Enables a disabled application.'),
  ];
}

function secretsOf({ secrets }: ClientsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'listClientSecrets', method: 'GET', path: `${one}/secrets` },
      permission: 'clients:read',
      summary: 'Lists an application’s valid secrets, never what they are.',
      params,
      answer: z.strictObject({ items: z.array(SecretAnswer) }),
      async run({ scope, params: { client: id } }) {
        const found = await secrets.list(scope, id);
        if (!found.ok) throw refusal(found.reason);
        return { body: { items: found.value.map(factsOf) } };
      },
    }),
    operation({
      ...{ ...common, id: 'rotateClientSecret', method: 'POST', path: `${one}/secrets` },
      ...{ permission: 'clients:update', status: 201 },
      summary: 'Makes a new secret, shown this once; the one before stays valid for a while.',
      params,
      body: rotationBody('How long the secret before stays valid: a day unless told, 0 for not.'),
      answer: MadeSecretAnswer,
      async run({ scope, params: { client: id }, body: { overlapSeconds: seconds } }) {
        const overlap = seconds !== undefined && { overlap: seconds * SECOND };
        const made = await secrets.rotate(scope, id, { ...overlap });
        if (made.ok) return { body: { ...factsOf(made.value), secret: made.value.secret } };
        if (made.reason === 'no-secrets')
          throw new Conflict('This application proves itself without a secret.');
        throw refusal(made.reason);
      },
    }),
    operation({
      ...{ ...common, id: 'revokeClientSecret', method: 'DELETE' },
      ...{ path: `${one}/secrets/:secret`, permission: 'clients:update' },
      summary: 'Ends a secret at once, the last one too.',
      params: z.strictObject({ ...params.shape, secret: z.uuid() }),
      async run({ scope, params: { client: id, secret } }) {
        const revoked = await secrets.revoke(scope, id, secret);
        if (revoked.ok) return {};
        if (revoked.reason === 'no-such-secret') throw new NotFound('There is no such secret.');
        throw refusal(revoked.reason);
      },
    }),
  ];
}

type Given<Body> = { [Name in keyof Body]?: Exclude<Body[Name], undefined> };

/** Without those that are undefined: a preset, or what was, holds where nothing is said. */
function given<Body extends object>(body: Body): Given<Body> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined),
  ) as Given<Body>;
}

function named({ kind, name }: { readonly kind: string; readonly name: string }) {
  return { kind, name };
}

function placeOf([at, id = '']: readonly string[]): ClientPosition {
  return { createdAt: fromEpochMilliseconds(Number(at)), id };
}

function replyOf(client: Client) {
  return { body: shown(client), version: versionOf(client) };
}

function shown({ tenantId, createdAt, updatedAt, ...client }: Client) {
  const { backchannelLogoutUri = null, jwks = null, ...settings } = client;
  return {
    ...{ ...settings, tenant: tenantId ?? null, backchannelLogoutUri, jwks },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function factsOf({ id, createdAt, expiresAt }: SecretFacts) {
  return { id, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}

function valueOf<Value>(
  ending:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly reason: ClientRefusal },
): Value {
  if (ending.ok) return ending.value;
  throw refusal(ending.reason);
}

function refusal(reason: ClientRefusal): Error {
  switch (reason) {
    case 'unknown':
      return unknown();
    case 'shared':
      return new Forbidden('All tenants share this application: you can look at it only.');
    case 'permission-too-high':
      return new Forbidden('This application would have permissions that you don’t have.');
    case 'changed':
      return new PreconditionFailed('Somebody has changed this application meanwhile.');
    default:
      return unreachable(reason);
  }
}

function unknown(): NotFound {
  return new NotFound('There is no such application.');
}
