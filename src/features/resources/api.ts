import { z } from 'zod';
import { API_RESOURCE } from '#src/features/access/index.ts';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { Conflict, Forbidden, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { Position } from './policy.ts';
import type { Resource } from './resource.ts';
import type { ResourceChanges, ResourceRefusal, Resources } from './service.ts';

export interface ResourcesApiDeps {
  readonly resources: Resources;
  readonly cursors: Cursors;
}

const Scope = z.strictObject({
  name: z.string().meta({ description: 'As tokens carry it.' }),
  about: z.string().meta({ description: 'What it lets an application do, in words.' }),
});

const Answer = z
  .strictObject({
    id: z.string(),
    tenant: z.uuid().nullable().meta({ description: 'Null where all tenants share it.' }),
    identifier: z.string().meta({ description: 'What tokens name as their audience (RFC 8707).' }),
    name: z.string(),
    scopes: z.array(Scope),
    builtIn: z.boolean().meta({ description: 'Avian’s own: it can’t be changed.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Resource' });

const params = z.strictObject({ resource: z.string().max(64) });
const common = { tag: 'Resources', reach: 'server' } as const;
const KIND = 'resources';

/** The APIs that tokens are for, for those who manage. */
export function createResourcesApi(deps: ResourcesApiDeps): readonly AnyOperation[] {
  return [...readings(deps), ...changes(deps)];
}

function readings({ resources, cursors }: ResourcesApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'listResources', method: 'GET', path: '/resources' },
      permission: 'resources:read',
      summary: 'Lists the APIs that tokens are for, Avian’s own and the shared ones included.',
      query: z.strictObject(pageQuery),
      answer: pageAnswer(Answer),
      async run({ scope, query: { limit, cursor } }) {
        const after = cursor === undefined ? undefined : placeOf(cursors.read(scope, KIND, cursor));
        const page = await resources.list(scope, { limit, ...(after && { after }) });
        const { next } = page;
        const onward = next && cursors.write(scope, KIND, [next.identifier, next.id]);
        return { body: pageOf(page.items.map(shown), onward) };
      },
    }),
    operation({
      ...{ ...common, id: 'getResource', method: 'GET', path: '/resources/:resource' },
      permission: 'resources:read',
      summary: 'Shows an API.',
      params,
      answer: Answer,
      async run({ scope, params: { resource: id } }) {
        const resource = await resources.find(scope, id);
        if (!resource) throw unknown();
        return replyOf(resource);
      },
    }),
  ];
}

function changes({ resources }: ResourcesApiDeps): readonly AnyOperation[] {
  const draft = { name: z.string(), scopes: z.array(Scope) };
  return [
    operation({
      ...{ ...common, id: 'createResource', method: 'POST', path: '/resources', status: 201 },
      permission: 'resources:create',
      summary: 'Registers an API; of the whole server, one that all tenants share.',
      body: z.strictObject({ identifier: z.string(), ...draft }),
      answer: Answer,
      async run({ scope, body }) {
        const made = await resources.create(scope, body);
        if (!made.ok) throw new Conflict('There is an API of that identifier already.');
        return { ...replyOf(made.value), location: `/api/resources/${made.value.id}` };
      },
    }),
    operation({
      ...{ ...common, id: 'updateResource', method: 'PATCH', path: '/resources/:resource' },
      permission: 'resources:update',
      summary: 'Changes an API. Tokens carry no scope any more that it doesn’t offer.',
      params,
      body: z.strictObject(draft).partial(),
      answer: Answer,
      async run({ scope, params: { resource: id }, body, version }) {
        const wanted = { changes: given(body), ...(version !== undefined && { version }) };
        const updated = await resources.update(scope, id, wanted);
        if (!updated.ok) throw refusal(updated.reason);
        return replyOf(updated.value);
      },
    }),
    operation({
      ...{ ...common, id: 'deleteResource', method: 'DELETE', path: '/resources/:resource' },
      permission: 'resources:delete',
      summary: 'Forgets an API. Applications that name it go on naming it.',
      params,
      async run({ scope, params: { resource: id }, version }) {
        const removed = await resources.remove(scope, id, version);
        if (!removed.ok) throw refusal(removed.reason);
        return {};
      },
    }),
  ];
}

function given(
  body: {
    readonly [Name in keyof ResourceChanges]?: ResourceChanges[Name] | undefined;
  },
): ResourceChanges {
  const { name, scopes } = body;
  return { ...(name !== undefined && { name }), ...(scopes !== undefined && { scopes }) };
}

function placeOf([identifier = '', id = '']: readonly string[]): Position {
  return { identifier, id };
}

function replyOf(resource: Resource) {
  return { body: shown(resource), version: versionOf(resource) };
}

function shown({ tenantId: tenant, createdAt, updatedAt, ...resource }: Resource) {
  return {
    ...resource,
    tenant: tenant ?? null,
    builtIn: resource.identifier === API_RESOURCE,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function refusal(reason: ResourceRefusal): Error {
  switch (reason) {
    case 'unknown':
      return unknown();
    case 'shared':
      return new Forbidden('This API isn’t your tenant’s own: you can look at it only.');
    case 'changed':
      return new PreconditionFailed('Somebody has changed this API meanwhile.');
    default:
      return unreachable(reason);
  }
}

function unknown(): NotFound {
  return new NotFound('There is no such API.');
}
