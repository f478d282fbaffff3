import { z } from 'zod';

/** JSON Schema 2020-12, as far as ours goes: a keyword that is none of these is one nobody reads. */
const Schema: z.ZodType = z.lazy(() =>
  z.strictObject({
    $ref: z.string().startsWith('#/components/schemas/').optional(),
    type: z.union([Type, z.array(Type)]).optional(),
    properties: z.record(z.string(), Schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), Schema]).optional(),
    propertyNames: Schema.optional(),
    items: Schema.optional(),
    anyOf: z.array(Schema).optional(),
    oneOf: z.array(Schema).optional(),
    allOf: z.array(Schema).optional(),
    not: Schema.optional(),
    enum: z.array(z.json()).min(1).optional(),
    const: z.json().optional(),
    default: z.json().optional(),
    description: z.string().min(1).optional(),
    examples: z.array(z.json()).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    minLength: z.int().optional(),
    maxLength: z.int().optional(),
    minItems: z.int().optional(),
    maxItems: z.int().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
  }),
);
const Type = z.enum(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);

const Ref = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const Content = z.record(
  z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
  z.strictObject({ schema: Schema }),
);
const Header = z.strictObject({ description: z.string(), schema: Schema });
const Parameter = z
  .strictObject({
    name: z.string().min(1),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean().optional(),
    description: z.string().optional(),
    schema: Schema,
  })
  .refine((it) => it.in !== 'path' || it.required === true, 'a path’s parameter is required');
const Response = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), z.union([Ref, Header])).optional(),
  content: Content.optional(),
});
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][a-zA-Z]+$/),
  summary: z.string().min(1).max(200),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).length(1),
  'x-permission': z.string().regex(/^[a-z]+:[a-z]+$/),
  parameters: z.array(z.union([Ref, Parameter])),
  requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
  responses: z.record(z.string().regex(/^(?:[2345]\d\d|default)$/), z.union([Ref, Response])),
});
const Flow = z.strictObject({
  authorizationUrl: z.string().optional(),
  tokenUrl: z.string(),
  refreshUrl: z.string().optional(),
  scopes: z.record(z.string(), z.string()),
});

/** The parts of OpenAPI 3.1 that our document has, and no others. */
const Document = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.string() })).min(1),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().regex(/^(?:\/(?:[a-z0-9-]+|\{[a-z]+\}))+$/i),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Z]\w*$/), Schema),
    parameters: z.record(z.string(), Parameter),
    headers: z.record(z.string(), Header),
    responses: z.record(z.string(), Response),
    securitySchemes: z.strictObject({
      oauth2: z.strictObject({
        type: z.literal('oauth2'),
        description: z.string(),
        flows: z.strictObject({ authorizationCode: Flow, clientCredentials: Flow }),
      }),
    }),
  }),
});

/** What is wrong with a document: nothing, of one that a program can be made from. */
export function faultsIn(document: unknown): readonly string[] {
  const { success, data, error } = Document.safeParse(document);
  if (!success) return [z.prettifyError(error)];
  const operations = Object.entries(data.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  const { scopes } = data.components.securitySchemes.oauth2.flows.clientCredentials;
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} is there twice`),
    ...referencesIn(data)
      .filter((ref) => !resolves(data, ref))
      .map((ref) => `${ref} leads nowhere`),
    ...operations
      .filter(({ operation }) => !Object.hasOwn(scopes, operation['x-permission']))
      .map(({ operation }) => `${operation.operationId} takes no scope there is`),
    ...operations
      .filter(({ path, operation }) => placesIn(path) !== pathParametersOf(operation))
      .map(({ operation }) => `${operation.operationId} has other parameters than its path`),
  ];
}

function placesIn(path: string): string {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).join();
}

function pathParametersOf({ parameters }: z.output<typeof Operation>): string {
  return parameters.flatMap((it) => ('in' in it && it.in === 'path' ? [it.name] : [])).join();
}

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' ? [String(member)] : referencesIn(member),
  );
}

function resolves(document: object, ref: string): boolean {
  const steps = ref.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((at, step) => Reflect.get(Object(at), step), document) !== undefined;
}
