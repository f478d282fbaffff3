import { z } from 'zod';
import { JSON_TYPE } from '../body.ts';
import { PROBLEM_TYPE } from '../problem.ts';
import type { AnyOperation } from './operation.ts';
import {
  createSchemaBook,
  type JsonSchema,
  type MembersSchema,
  type SchemaBook,
} from './schemas.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: true;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface Reference {
  readonly $ref: string;
}

interface Content {
  readonly [type: string]: { readonly schema: JsonSchema };
}

interface DescribedAnswer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Content;
}

/** One operation, as the document tells it. */
export interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly [string];
  readonly security: readonly { readonly oauth2: readonly [string] }[];
  /** The permission that the caller's role must hold, and that their token must be for. */
  readonly 'x-permission': string;
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DescribedAnswer | Reference>>;
}

export interface OpenApi {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, DescribedAnswer>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

/** What each permission lets somebody do, in words. */
export type Permissions = Readonly<Record<string, { readonly about: string }>>;

/**
 * The OpenAPI 3.1 document of these operations: made from what the router serves them by, and nothing else (R25).
 * Throws for a permission that isn't among those there are.
 */
export function describeApi(
  operations: readonly AnyOperation[],
  permissions: Permissions,
): OpenApi {
  const book = createSchemaBook();
  const paths: Record<string, Record<string, Described>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, book) };
  }
  const tags = [...new Set(operations.map(({ tag }) => tag))].toSorted();
  return {
    openapi: '3.1.1',
    info: { title: 'Avian management API', version: '1', description: ABOUT },
    servers: [{ url: '/api' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...book.shared(), Problem: book.write(Problem, 'output') },
      parameters: HEADERS_SENT,
      headers: HEADERS_ANSWERED,
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([name, { about }]) => [name, problemAnswer(about)]),
      ),
      securitySchemes: { oauth2: oauthOf(operations, permissions) },
    },
  };
}

const ABOUT = `Manages tenants, people, applications and what they may do, and reads the audit log.

Send an access token for the resource \`urn:avian:api\`: of an administrator who signed in, or of a machine by client
credentials. Each operation names the permission it needs in \`x-permission\`: the token must be for it, and the caller's
role must hold it. What isn't theirs to see is answered like what isn't there.

Whoever manages more than one tenant names the one they mean in \`Avian-Tenant\`, and says why in \`Avian-Reason\`.

Errors are \`application/problem+json\` (RFC 9457), to be told apart by their \`code\`. Lists are read a page at a time by
\`cursor\`. A change that names the state it was meant for in \`If-Match\` is refused once that is no longer so. A POST
that bears an \`Idempotency-Key\` is carried out at most once, and answered alike for a day.`;

function oauthOf(operations: readonly AnyOperation[], permissions: Permissions) {
  const named = operations.map(({ id, permission }) => {
    const { [permission]: known } = permissions;
    if (!known) throw new TypeError(`${id} takes no permission there is.`);
    return [permission, known.about] as const;
  });
  const scopes = Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const token = { tokenUrl: '/token', scopes };
  return {
    type: 'oauth2',
    description: OAUTH,
    flows: {
      authorizationCode: { authorizationUrl: '/auth', refreshUrl: '/token', ...token },
      clientCredentials: token,
    },
  };
}

const OAUTH =
  'Ask for the resource `urn:avian:api` (RFC 8707). A token that is bound to a key is sent with a DPoP proof (RFC 9449).';

const Problem = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.string().meta({ description: 'What a program may branch on.' }),
  requestId: z.string().meta({ description: 'The request’s reference, as the log has it.' }),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().meta({ description: 'A JSON pointer to the member (RFC 6901).' }),
        detail: z.string(),
      }),
    )
    .optional(),
});

const HEADERS_SENT: Readonly<Record<string, Parameter>> = {
  Tenant: {
    ...{ name: 'Avian-Tenant', in: 'header', schema: { type: 'string', format: 'uuid' } },
    description: 'The tenant that is meant, where it is not the caller’s own.',
  },
  Reason: {
    ...{ name: 'Avian-Reason', in: 'header' },
    schema: { type: 'string', minLength: 1, maxLength: 200 },
    description: 'Why the caller works in a tenant that is not their own; the audit log keeps it.',
  },
  IfMatch: {
    ...{ name: 'If-Match', in: 'header', schema: { type: 'string' } },
    description: 'The ETag of the state that the change is meant for.',
  },
  IfNoneMatch: {
    ...{ name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
    description: 'The ETag of the state that is known already.',
  },
  IdempotencyKey: {
    ...{ name: 'Idempotency-Key', in: 'header' },
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description: 'Names the request, so that it is carried out at most once.',
  },
};

const HEADERS_ANSWERED = {
  ETag: { description: 'Names the state that is shown.', schema: { type: 'string' } },
  Location: { description: 'Where it is found.', schema: { type: 'string' } },
};

interface Refusal {
  readonly status: string;
  readonly about: string;
  /** Of which operations; of all unless told. */
  of?(operation: AnyOperation): boolean;
}

const isChange = ({ method }: AnyOperation) => method !== 'GET';
const isPost = ({ method }: AnyOperation) => method === 'POST';

const REFUSALS: Readonly<Record<string, Refusal>> = {
  InvalidInput: { status: '400', about: 'Something that was sent doesn’t fit.' },
  Unauthenticated: { status: '401', about: 'There is no token, or it doesn’t stand up.' },
  Forbidden: { status: '403', about: 'The permission is missing.' },
  NotFound: { status: '404', about: 'There is no such thing, or none that you may see.' },
  Conflict: { status: '409', about: 'It can’t be as things are.', of: isChange },
  ChangedMeanwhile: {
    ...{ status: '412', about: 'It is no longer as If-Match has it.' },
    of: isChange,
  },
  TooLarge: { status: '413', about: 'The body is too large.', of: isChange },
  UnsupportedMedia: { status: '415', about: 'The body is no plain JSON.', of: isChange },
  KeyReused: { status: '422', about: 'The key was used for another request.', of: isPost },
  TooMany: { status: '429', about: 'Wait for as long as Retry-After says.' },
  Other: { status: 'default', about: 'Something else went wrong.' },
};

function problemAnswer(description: string): DescribedAnswer {
  return { description, content: { [PROBLEM_TYPE]: { schema: refer('schemas', 'Problem') } } };
}

function refer(kind: string, name: string): Reference & JsonSchema {
  return { $ref: `#/components/${kind}/${name}` };
}

function describe(operation: AnyOperation, book: SchemaBook): Described {
  const { id, summary, tag, permission, body } = operation;
  return {
    ...{ operationId: id, summary, tags: [tag] },
    ...{ security: [{ oauth2: [permission] }], 'x-permission': permission },
    parameters: parametersOf(operation, book),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { [JSON_TYPE]: { schema: book.write(body, 'input') } },
      },
    }),
    responses: { ...answerOf(operation, book), ...refusalsOf(operation) },
  };
}

function parametersOf({ params, query, method }: AnyOperation, book: SchemaBook) {
  const headers = {
    ...{ GET: ['IfNoneMatch'], POST: ['IfMatch', 'IdempotencyKey'] },
    ...{ PUT: ['IfMatch'], PATCH: ['IfMatch'], DELETE: ['IfMatch'] },
  };
  return [
    ...membersOf(params, 'path', book),
    ...membersOf(query, 'query', book),
    ...['Tenant', 'Reason', ...headers[method]].map((name) => refer('parameters', name)),
  ];
}

function membersOf(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  book: SchemaBook,
): readonly Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] }: MembersSchema = book.write(schema, 'input');
  const parameterOf = ([name, { description, ...member }]: [string, JsonSchema]): Parameter => ({
    ...{ name, in: place },
    ...((place === 'path' || required.includes(name)) && { required: true as const }),
    ...(typeof description === 'string' && { description }),
    schema: member,
  });
  return Object.entries(properties).map(parameterOf);
}

function answerOf(operation: AnyOperation, book: SchemaBook) {
  const { answer, files = [], method } = operation;
  const hasBody = answer !== undefined || files.length > 0;
  const { status = hasBody ? 200 : 204 } = operation;
  const headers = [...(answer ? ['ETag'] : []), ...(status === 201 ? ['Location'] : [])];
  return {
    [status]: {
      description: ENDINGS[status],
      ...(headers.length > 0 && {
        headers: Object.fromEntries(headers.map((name) => [name, refer('headers', name)])),
      }),
      ...(hasBody && {
        content: {
          ...(answer && { [JSON_TYPE]: { schema: book.write(answer, 'output') } }),
          ...Object.fromEntries(files.map((type) => [bare(type), { schema: { type: 'string' } }])),
        },
      }),
    },
    ...(method === 'GET' && { 304: { description: 'It is as If-None-Match has it.' } }),
  };
}

/** Without its parameters: a charset is no matter of the document's. */
function bare(type: string): string {
  return type.replace(/;.*$/, '');
}

const ENDINGS = { 200: 'Done.', 201: 'Made.', 202: 'Under way.', 204: 'Done.' } as const;

function refusalsOf(operation: AnyOperation) {
  const own = Object.entries(REFUSALS).filter(([, { of: isOf }]) => isOf?.(operation) ?? true);
  return Object.fromEntries(own.map(([name, { status }]) => [status, refer('responses', name)]));
}
