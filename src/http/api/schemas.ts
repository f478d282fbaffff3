import { z } from 'zod';

/** A JSON Schema, as OpenAPI 3.1 takes it (draft 2020-12). */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** An object's schema, its members named. */
export interface MembersSchema extends JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Which side of a schema: what is sent to it, or what it answers. */
type Side = 'input' | 'output';

/** Writes zod schemas as JSON Schemas; whatever has an id is kept once and referred to. */
export interface SchemaBook {
  write(schema: z.ZodType, side: Side): JsonSchema;
  /** Those with an id, by it. */
  shared(): Readonly<Record<string, JsonSchema>>;
}

const SHARED = '#/components/schemas/';

/** Throws where two schemas go by one id, or one that is shared says different things of what is sent and answered. */
export function createSchemaBook(): SchemaBook {
  const shared = new Map<string, JsonSchema>();

  function keep(id: string, schema: JsonSchema): void {
    const known = shared.get(id);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new TypeError(`The schema ${id} says two things.`);
    }
    shared.set(id, schema);
  }

  return {
    write(schema, side) {
      const written = z.toJSONSchema(schema, { io: side, override: simplify }) as JsonSchema;
      const { $schema: _, $defs = {}, ...own } = referring(written) as JsonSchema;
      for (const [id, one] of Object.entries($defs as Record<string, JsonSchema>)) {
        const { id: __, ...rest } = one;
        keep(id, rest);
      }
      return own;
    },
    shared: () => Object.fromEntries([...shared].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** A format says more to people than the pattern it is checked by. */
function simplify({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
}

/** With every reference leading to where shared schemas stand in the document. */
function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === '$ref' && typeof member === 'string'
        ? [key, member.replace(/^#\/\$defs\//, SHARED)]
        : [key, referring(member)],
    ),
  );
}
