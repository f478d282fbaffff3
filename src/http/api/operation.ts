import type { z } from 'zod';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { File } from './file.ts';

/** What is asked of an operation, read and found to fit. */
export interface Asked<Params = unknown, Query = unknown, Body = unknown> {
  /** On whose behalf, and inside which tenant: proven by the gate before anything is read. */
  readonly scope: AdminScope;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The state the caller saw last (If-Match), as `versionOf` names it. */
  readonly version?: string;
}

/** What an operation answers. */
export interface Reply {
  /** JSON, of the shape that the operation's `answer` tells. */
  readonly body?: unknown;
  /** The state of what is shown (`versionOf`): its ETag. */
  readonly version?: string;
  /** Where what was made is found, below the issuer (RFC 9110 §10.2.2). */
  readonly location?: string;
  /** In the place of JSON, of an operation that has `files`. */
  readonly file?: File;
}

/**
 * One operation of the management API, as data: its route, its permission, what it reads and answers. Router,
 * gate and OpenAPI document are made from it, so that none of them says anything else (R25).
 */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  /** Its `operationId`: a verb and a noun, as `listUsers`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, its parameters as `:id`. One named `:tenant` is a tenant's id, and compared with the token's. */
  readonly path: `/${string}`;
  /** Who may (R5.2): a permission of the access room's table. */
  readonly permission: `${string}:${string}`;
  /** `server` lets a super_admin ask of all tenants at once; whoever else asks stays in their own. */
  readonly reach?: 'tenant' | 'server';
  readonly tag: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The shape of its answer; without one, it answers 204. */
  readonly answer?: z.ZodType;
  /** The media types of the file that it answers in the place of JSON. */
  readonly files?: readonly string[];
  /** 200, or 204 without an answer, unless told. */
  readonly status?: 201 | 202;
  run(asked: Asked<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Reply>;
}

/** Types `run` by the schemas beside it. */
export function operation<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(it: Operation<Params, Query, Body>): AnyOperation {
  return it;
}

/** An operation among others: what it reads is its own business. */
export type AnyOperation = Operation;
