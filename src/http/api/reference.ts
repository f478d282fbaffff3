import { Router } from '@koa/router';
import { JSON_TYPE } from '../body.ts';
import { type ShowPage, view } from '../page.ts';
import type { Described, OpenApi, Parameter } from './openapi.ts';
import { API } from './router.ts';
import type { JsonSchema, MembersSchema } from './schemas.ts';

interface Member {
  readonly name: string;
  readonly kind: string;
  readonly isRequired: boolean;
  readonly about?: string;
}

/** What is asked for together: of the path and query, of the body. */
interface Takes {
  readonly words: string;
  readonly members: readonly Member[];
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly permission: string;
  readonly takes: readonly Takes[];
  readonly answer: string;
}

export interface Reference {
  readonly groups: readonly {
    readonly name: string;
    readonly anchor: string;
    readonly entries: readonly Entry[];
  }[];
  readonly shapes: readonly { readonly name: string; readonly members: readonly Member[] }[];
}

export const ReferencePage = view<Reference>('api/docs');

export interface ReferencePagesDeps {
  readonly document: OpenApi;
  readonly page: ShowPage;
}

/** What the API offers, open to everybody: for programs at `/api/openapi.json`, for people at `/api/docs` (R25). */
export function createReferencePages({ document, page }: ReferencePagesDeps): Router {
  const router = new Router({ prefix: API, sensitive: true, strict: true });
  const json = JSON.stringify(document);
  const reference = referenceOf(document);
  router.get('/openapi.json', (ctx) => {
    ctx.set('Content-Type', JSON_TYPE);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = json;
  });
  router.get('/docs', (ctx) => page(ctx, ReferencePage, reference));
  return router;
}

/** The document, as people read it. */
export function referenceOf({ paths, tags, servers, components }: OpenApi): Reference {
  const base = servers[0]?.url ?? '';
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      tag: described.tags[0],
      entry: entryOf(method.toUpperCase(), `${base}${path}`, described),
    })),
  );
  return {
    groups: tags.map(({ name }) => ({
      ...{ name, anchor: name.toLowerCase().replaceAll(/[^a-z]+/g, '-') },
      entries: all.filter(({ tag }) => tag === name).map(({ entry }) => entry),
    })),
    shapes: Object.entries(components.schemas).map(([name, schema]) => ({
      name,
      members: membersOf(schema),
    })),
  };
}

function entryOf(method: string, path: string, described: Described): Entry {
  const { summary, parameters, requestBody, responses } = described;
  const own = parameters.filter((parameter): parameter is Parameter => 'name' in parameter);
  const [status = '', ending] = Object.entries(responses)[0] ?? [];
  const { [JSON_TYPE]: json, ...files } = (ending && 'content' in ending && ending.content) || {};
  const shown = json ? [kindOf(json.schema)] : Object.keys(files);
  return {
    ...{ method, path, summary, permission: described['x-permission'] },
    takes: [
      { words: 'In its address', members: own.map(memberOf) },
      { words: 'In its body', members: membersOf(requestBody?.content[JSON_TYPE]?.schema ?? {}) },
    ].filter(({ members }) => members.length > 0),
    answer: [status, ...shown].join(', '),
  };
}

function memberOf({ name, required, schema, description }: Parameter): Member {
  return {
    ...{ name, kind: kindOf(schema), isRequired: required === true },
    ...(description !== undefined && { about: description }),
  };
}

function membersOf({ properties = {}, required = [] }: MembersSchema): readonly Member[] {
  const told = ([name, schema]: [string, JsonSchema]): Member => ({
    ...{ name, kind: kindOf(schema), isRequired: required.includes(name) },
    ...(typeof schema['description'] === 'string' && { about: schema['description'] }),
  });
  return Object.entries(properties).map(told);
}

/** A schema in a few words. */
function kindOf(schema: JsonSchema): string {
  const { $ref, enum: words, const: word, anyOf, oneOf, type, format, items, properties } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? '';
  if (Array.isArray(words)) return words.map((each) => JSON.stringify(each)).join(' or ');
  if (word !== undefined) return JSON.stringify(word);
  const choice = anyOf ?? oneOf;
  if (Array.isArray(choice)) return (choice as JsonSchema[]).map(kindOf).join(' or ');
  if (type === 'array') return `list of ${kindOf((items ?? {}) as JsonSchema)}`;
  if (properties) return `object of ${Object.keys(properties).join(', ')}`;
  const plain = Array.isArray(type)
    ? type.join(' or ')
    : typeof type === 'string'
      ? type
      : 'anything';
  return typeof format === 'string' ? `${plain} (${format})` : plain;
}
