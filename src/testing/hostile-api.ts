import fc from 'fast-check';
import type { z } from 'zod';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { asHeaderValue, encode, hostileText } from './hostile.ts';

/** A request below `/api`. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests to these operations: of the fields that each knows, and what no form or program of ours would send in them. */
export function apiRequests(
  operations: readonly AnyOperation[],
  ids: readonly string[],
): fc.Arbitrary<ApiRequest> {
  return fc.oneof(...operations.map((operation) => requestOf(operation, ids)));
}

function requestOf(operation: AnyOperation, ids: readonly string[]): fc.Arbitrary<ApiRequest> {
  const { method } = operation;
  const path = fc.array(idsOrNot(ids), { minLength: 4, maxLength: 4 }).map((values) => {
    const left = [...values];
    return operation.path.replaceAll(/:\w+/g, () => encode(left.pop() ?? ''));
  });
  const isBodied = method !== 'GET';
  const parts = { path, query: queryOf(operation), body: bodyOf(operation), headers: HEADERS };
  return fc.record(parts).map(({ path: place, query, body, headers }) => {
    const address = query === '' ? place : `${place}?${query}`;
    if (!isBodied) return { method, path: address, headers };
    return { method, path: address, headers: { ...headers, ...JSON_TYPE }, body };
  });
}

/** A request line that is longer than any server reads tells nothing of ours. */
const text = hostileText.map((it) => it.slice(0, 200));

const idsOrNot = (ids: readonly string[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 3 }, { arbitrary: text, weight: 1 });

const HEADERS = fc
  .dictionary(
    fc.constantFrom('if-match', 'if-none-match', 'idempotency-key', 'avian-reason'),
    text.map(asHeaderValue),
    { maxKeys: 2 },
  )
  .map((headers): Readonly<Record<string, string>> => headers);

const JSON_TYPE = { 'content-type': 'application/json' };
const PLAIN = fc.constantFrom('1', 'true', 'asc', '2030-01-01T00:00:00.000Z', 'a@example.com', 'x');

function queryOf({ query }: AnyOperation): fc.Arbitrary<string> {
  const name = fc.constantFrom(...namesIn(query), ...namesIn(query), 'tenant', 'x');
  const value = fc.oneof(PLAIN, text);
  const pairs = fc.uniqueArray(fc.tuple(name, value), { maxLength: 2, selector: ([it]) => it });
  return pairs.map((fields) => fields.map(([it, said]) => `${it}=${encode(said)}`).join('&'));
}

function bodyOf({ body }: AnyOperation): fc.Arbitrary<string> {
  const value = fc.oneof(PLAIN, hostileText, fc.boolean(), fc.integer(), fc.jsonValue());
  const members = Object.fromEntries(namesIn(body).map((name) => [name, value]));
  return fc
    .oneof(
      { arbitrary: fc.record(members, { requiredKeys: [] }), weight: 4 },
      { arbitrary: fc.jsonValue(), weight: 1 },
    )
    .map((it) => JSON.stringify(it));
}

/** The members of an object's schema. */
function namesIn(schema: z.ZodType | undefined): readonly string[] {
  const shape: unknown = schema && Reflect.get(schema, 'shape');
  return Object.keys(shape ?? {});
}
