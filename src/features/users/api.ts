import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { Conflict, type Fault, InvalidInput } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import { ROLES } from '#src/kernel/roles.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { versionOf } from '#src/kernel/version.ts';
import type { Administration, RoleRefusal } from './administration.ts';
import type { Directory } from './directory.ts';
import type { Enrolment, EnrolmentRefusal } from './enrolment.ts';
import { managedFaultOf } from './managed.ts';
import type { UserPage } from './store.ts';
import type { User } from './user.ts';

export interface UsersApiDeps {
  readonly directory: Directory;
  readonly enrolment: Enrolment;
  readonly administration: Administration;
  readonly cursors: Cursors;
}

const STATUSES = ['active', 'disabled'] as const;

const UserAnswer = z
  .strictObject({
    id: z.uuid(),
    tenantId: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    status: z.enum(STATUSES),
    emailVerifiedAt: z.iso.datetime().optional().meta({
      description: 'Since when the address is known to be theirs; without it, nobody signs in.',
    }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

const One = z.strictObject({ user: z.uuid() });

const Filter = z.strictObject({
  ...pageQuery,
  email: z.string().min(1).max(320).optional().meta({ description: 'How the address begins.' }),
  name: z.string().min(1).max(200).optional().meta({ description: 'What the name contains.' }),
  role: z.enum(ROLES).optional(),
  status: z.enum(STATUSES).optional(),
  verified: z
    .enum(['true', 'false'])
    .transform((said) => said === 'true')
    .optional()
    .meta({ description: 'Whether the address is known to be theirs.' }),
});

const NewUser = z.strictObject({
  email: z.string().max(1024),
  name: z.string().max(1024),
  role: z.enum(ROLES).default('user'),
  verified: z.boolean().default(false).meta({ description: 'Whether the address is theirs.' }),
  password: z
    .string()
    .max(1024)
    .optional()
    .meta({ description: 'Without one, they are mailed a link to choose theirs with.' }),
});

const TAG = 'Users';
const KIND = 'users';

/** People, for those who manage them. */
export function createUsersApi(deps: UsersApiDeps): readonly AnyOperation[] {
  return [...lookingUp(deps), ...making(deps), ...changing(deps)];
}

function lookingUp({ directory, cursors }: UsersApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'listUsers',
      method: 'GET',
      path: '/users',
      permission: 'users:read',
      reach: 'server',
      tag: TAG,
      summary: 'Lists people, the newest account first.',
      query: Filter,
      answer: pageAnswer(UserAnswer),
      async run({ scope, query: { limit, cursor, email, ...filter } }) {
        const page = { limit, ...(cursor !== undefined && positionOf(cursors, scope, cursor)) };
        const asked = defined({ ...filter, email: email?.normalize('NFKC').toLowerCase() });
        const { items, isLast } = await directory.search(scope, asked, page);
        const last = isLast ? undefined : items.at(-1);
        const next = last && cursors.write(scope, KIND, [`${last.createdAt.getTime()}`, last.id]);
        return { body: pageOf(items.map(shown), next) };
      },
    }),
    operation({
      id: 'getUser',
      method: 'GET',
      path: '/users/:user',
      permission: 'users:read',
      tag: TAG,
      summary: 'Shows a person.',
      params: One,
      answer: UserAnswer,
      async run({ scope, params }) {
        const found = await directory.find(scope, userId(params.user.toLowerCase()));
        if (!found.ok) throw managedFaultOf(found.reason);
        return replyOf(found.value);
      },
    }),
  ];
}

function making({ enrolment, administration }: UsersApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'createUser',
      method: 'POST',
      path: '/users',
      permission: 'users:create',
      tag: TAG,
      summary: 'Makes an account for somebody.',
      body: NewUser,
      answer: UserAnswer,
      status: 201,
      async run({ scope, body }) {
        const user = valueOf(await enrolment.create(scope, defined(body)));
        return { ...replyOf(user), location: `/api/users/${user.id}` };
      },
    }),
    operation({
      id: 'deleteUser',
      method: 'DELETE',
      path: '/users/:user',
      permission: 'users:delete',
      tag: TAG,
      summary:
        'Deletes an account, with all that hangs on it, and signs them out everywhere first.',
      params: One,
      async run({ scope, params, version }) {
        valueOf(await administration.delete(scope, targetOf(params, version)));
        return {};
      },
    }),
  ];
}

function changing({ administration }: UsersApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'updateUser',
      method: 'PATCH',
      path: '/users/:user',
      permission: 'users:update',
      tag: TAG,
      summary: 'Changes what is written of a person.',
      params: One,
      body: z.strictObject({ name: z.string().max(1024).optional() }),
      answer: UserAnswer,
      run: async ({ scope, params, body, version }) =>
        replyOf(
          valueOf(await administration.update(scope, targetOf(params, version), defined(body))),
        ),
    }),
    operation({
      id: 'changeUserRole',
      method: 'PUT',
      path: '/users/:user/role',
      permission: 'roles:grant',
      tag: TAG,
      summary: 'Gives a person another role, up to one’s own.',
      params: One,
      body: z.strictObject({ role: z.enum(ROLES) }),
      answer: UserAnswer,
      run: async ({ scope, params, body, version }) =>
        replyOf(
          valueOf(await administration.changeRole(scope, targetOf(params, version), body.role)),
        ),
    }),
    operation({
      id: 'disableUser',
      method: 'POST',
      path: '/users/:user/disable',
      permission: 'users:disable',
      tag: TAG,
      summary: 'Disables an account, and signs them out everywhere at once.',
      params: One,
      answer: UserAnswer,
      run: async ({ scope, params, version }) =>
        replyOf(valueOf(await administration.disable(scope, targetOf(params, version)))),
    }),
    operation({
      id: 'enableUser',
      method: 'POST',
      path: '/users/:user/enable',
      permission: 'users:disable',
      tag: TAG,
      summary: 'Opens a disabled account again.',
      params: One,
      answer: UserAnswer,
      run: async ({ scope, params, version }) =>
        replyOf(valueOf(await administration.enable(scope, targetOf(params, version)))),
    }),
  ];
}

function targetOf({ user }: z.output<typeof One>, version: string | undefined) {
  return { userId: userId(user.toLowerCase()), ...(version !== undefined && { version }) };
}

/** What a signed cursor says: the sort key of whoever was last. */
function positionOf(cursors: Cursors, scope: AdminScope, cursor: string): Pick<UserPage, 'after'> {
  const [at, id] = cursors.read(scope, KIND, cursor);
  return { after: { createdAt: fromEpochMilliseconds(Number(at)), id: userId(id ?? '') } };
}

/** Field by field: what is kept beside them is nobody's to see. */
function shown({ id, tenantId, email, name, role, status, ...at }: User) {
  return {
    ...{ id, tenantId, email, name, role, status },
    ...(at.emailVerifiedAt && { emailVerifiedAt: at.emailVerifiedAt.toISOString() }),
    createdAt: at.createdAt.toISOString(),
    updatedAt: at.updatedAt.toISOString(),
  };
}

function replyOf(user: User) {
  return { body: shown(user), version: versionOf(user) };
}

type Refusal = RoleRefusal | EnrolmentRefusal;

/** The value of what was done; throws what a refusal is to whoever asked. */
function valueOf<Value>(ending: Outcome<Value, Refusal>): Value {
  if (ending.ok) return ending.value;
  throw faultOf(ending.reason);
}

function faultOf(reason: Refusal): Fault {
  switch (reason) {
    case 'email-taken':
      // The same words whose ever it is: those of other tenants are nobody's business here.
      return new Conflict('This e-mail address cannot be used.');
    case 'last-administrator':
      return new Conflict('Nobody would be left to manage: name another administrator first.');
    case 'operator-only':
      return new InvalidInput('The role is not valid.', {
        role: 'Only the operator’s own tenant has super_admins.',
      });
    default:
      return managedFaultOf(reason);
  }
}

/** Without what is undefined. */
function defined<Given extends object>(given: Given): Defined<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Defined<Given>;
}

type Defined<Given> = { [Name in keyof Given]: Exclude<Given[Name], undefined> };
