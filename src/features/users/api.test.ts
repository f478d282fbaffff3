import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { createCursors } from '#src/http/api/paging.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  NotFound,
  PreconditionFailed,
} from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import { versionOf } from '#src/kernel/version.ts';
import { administratorOf } from '#src/testing/scopes.ts';
import { createUsersApi, type UsersApiDeps } from './api.ts';
import type { UserPage } from './store.ts';
import type { User } from './user.ts';

const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
const SCOPE = administratorOf(TENANT);
const NOON = new Date('2030-01-01T12:00:00.678Z');

const ADA: User = {
  ...{ id: userId('01890000-0000-7000-8000-000000000001'), tenantId: TENANT },
  ...{ email: 'ada@x.test', name: 'Ada', role: 'user', status: 'active', selfRegistered: false },
  ...{ emailVerifiedAt: NOON, sessionsValidFrom: NOON, createdAt: NOON, updatedAt: NOON },
};

type Reason = 'unknown' | 'role-too-high' | 'changed' | 'last-administrator' | 'operator-only';

/** The operations over people of whom there is one, and every change of whom ends as told. */
function anApi(refusal?: Reason | 'email-taken') {
  const asked: unknown[] = [];
  const ending = async (...given: unknown[]) => {
    asked.push(given.slice(1));
    return (refusal ? refused(refusal) : done(ADA)) as never;
  };
  const directory: UsersApiDeps['directory'] = {
    async search(_, filter, page) {
      asked.push([filter, page]);
      return { items: [ADA], isLast: false };
    },
    find: ending,
  };
  const operations = createUsersApi({
    ...{ directory, enrolment: { create: ending } },
    administration: {
      ...{ update: ending, changeRole: ending, disable: ending, enable: ending, delete: ending },
    },
    cursors: createCursors({ digest: createDigest(Buffer.alloc(32, 1)) }),
  });

  /** Uses an operation as the router does: what is asked and what is answered fit its schemas. */
  async function use(id: string, given: { params?: object; query?: object; body?: object } = {}) {
    const operation = operations.find((one) => one.id === id);
    if (!operation) throw new Error(`There is no ${id}`);
    const { params, query, body, answer } = operation;
    const read = (schema: AnyOperation['body'], value: unknown) => schema?.parse(value);
    const reply = await operation.run({
      scope: SCOPE,
      params: read(params, given.params ?? {}),
      query: read(query, given.query ?? {}),
      body: read(body, given.body ?? {}),
      version: 'v',
    });
    answer?.parse(reply.body);
    return reply;
  }
  return { asked, use };
}

const ONE = { params: { user: ADA.id } };

describe('the operations on people', () => {
  it('show what people are, and nothing that is only kept beside it', async () => {
    const { body, version } = await anApi().use('getUser', ONE);
    expect(version).toBe(versionOf(ADA));
    expect(body).toStrictEqual({
      ...{ id: ADA.id, tenantId: TENANT, email: 'ada@x.test', name: 'Ada' },
      ...{ role: 'user', status: 'active', emailVerifiedAt: NOON.toISOString() },
      ...{ createdAt: NOON.toISOString(), updatedAt: NOON.toISOString() },
    });
  });

  it('list on from where the page before ended, to the millisecond', async () => {
    const { asked, use } = anApi();
    const query = { limit: '1', email: 'ADA@', verified: 'false' };
    const { next } = (await use('listUsers', { query })).body as { next: string };
    await use('listUsers', { query: { ...query, cursor: next } });
    const after: UserPage['after'] = { createdAt: NOON, id: ADA.id };
    const filter = { email: 'ada@', verified: false };
    expect(asked).toStrictEqual([
      [filter, { limit: 1 }],
      [filter, { limit: 1, after }],
    ]);
    await expect(use('listUsers', { query: { cursor: `${next}x` } })).rejects.toThrow(InvalidInput);
  });

  it('hand on what was asked, and which state was seen', async () => {
    const { asked, use } = anApi();
    const target = { userId: ADA.id, version: 'v' };
    await use('updateUser', { ...ONE, body: { name: 'Grace' } });
    await use('changeUserRole', { ...ONE, body: { role: 'tenant_admin' } });
    for (const id of ['disableUser', 'enableUser', 'deleteUser']) await use(id, ONE);
    expect(asked).toStrictEqual([
      [target, { name: 'Grace' }],
      [target, 'tenant_admin'],
      ...[[target], [target], [target]],
    ]);
  });

  it('make an account of what is known, and of nothing that is not asked for', async () => {
    const { asked, use } = anApi();
    const body = { email: 'ada@x.test', name: 'Ada' };
    expect(await use('createUser', { body })).toMatchObject({ location: `/api/users/${ADA.id}` });
    expect(asked).toStrictEqual([[{ ...body, role: 'user', verified: false }]]);
    for (const more of [{ id: ADA.id }, { tenantId: TENANT }, { status: 'active' }])
      await expect(use('createUser', { body: { ...body, ...more } })).rejects.toThrow();
  });

  it.each([
    ['unknown', NotFound],
    ['role-too-high', Forbidden],
    ['changed', PreconditionFailed],
    ['last-administrator', Conflict],
    ['operator-only', InvalidInput],
  ] as const)('say what %s means', async (reason, fault) => {
    const { use } = anApi(reason);
    const changing = use('changeUserRole', { ...ONE, body: { role: 'super_admin' } });
    await expect(changing).rejects.toThrow(fault);
  });

  it('say of an address that is taken nothing but that', async () => {
    const making = anApi('email-taken').use('createUser', { body: { email: 'a@x', name: 'A' } });
    await expect(making).rejects.toMatchObject({
      status: 409,
      detail: 'This e-mail address cannot be used.',
    });
  });
});
