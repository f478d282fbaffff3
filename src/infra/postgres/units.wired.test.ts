import { count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Conflict, InvalidInput, TenantBoundary, Unavailable } from '#src/kernel/faults.ts';
import { type TenantId, tenantId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { administratorOf, operatorOf, reachInto } from '#src/testing/scopes.ts';
import { aBench, type Bench, inTenant, mark, NOON, SYSTEM } from './bench.ts';
import { tenants } from './schema/tenancy.ts';
import { users } from './schema/users.ts';
import { client, rows } from './units.ts';

/** One connection, so that each unit borrows what the one before gave back. */
let bench: Bench;

beforeAll(async () => {
  bench = await aBench({ poolSize: 1 });
});
afterAll(() => bench[Symbol.asyncDispose]());

async function twoTenants(): Promise<[TenantId, TenantId]> {
  const pair: [TenantId, TenantId] = [await bench.aTenant(), await bench.aTenant()];
  for (const tenant of pair) await bench.aUser(tenant);
  return pair;
}

/** The tenants a unit sees users of. */
async function seen(unit: Unit): Promise<string[]> {
  const found = await rows(unit).selectDistinct({ tenant: users.tenantId }).from(users);
  return found.map(({ tenant }) => tenant);
}

/** What the pool's connection sees outside of any unit, in the role that units take on. */
async function seenByTheNext({ pool } = bench): Promise<unknown> {
  const connection = await pool.connect();
  try {
    await connection.query('begin');
    const { rows: settings } = await connection.query(
      `select current_user = session_user as own_role, coalesce(current_setting('avian.scope', true), '') as scope,
         coalesce(current_setting('avian.tenant', true), '') as tenant, current_setting('statement_timeout') as patience`,
    );
    await connection.query('set local role avian_app');
    const { rows: found } = await connection.query('select count(*) as users from users');
    await connection.query('rollback');
    return { ...settings[0], ...found[0] };
  } finally {
    connection.release();
  }
}

async function pidOf(unit: Unit): Promise<number | undefined> {
  const { rows: found } = await client(unit).query<{ pid: number }>(
    'select pg_backend_pid() as pid',
  );
  return found[0]?.pid;
}

async function isConnected(pid: number | undefined): Promise<boolean> {
  const { rowCount } = await bench.pool.query('select from pg_stat_activity where pid = $1', [pid]);
  return rowCount === 1;
}

const NOTHING = { own_role: true, scope: '', tenant: '', patience: '0', users: 0 };

function aUserOf(tenant: TenantId) {
  return {
    id: crypto.randomUUID(),
    tenantId: tenant,
    email: `${mark()}@example.com`,
    name: 'Ada',
    sessionsValidFrom: NOON,
    createdAt: NOON,
    updatedAt: NOON,
  };
}

describe('a unit in a tenant', () => {
  test('sees the rows of its tenant and no others', async () => {
    const [ours] = await twoTenants();
    expect(await bench.units.run(inTenant(ours), seen)).toEqual([ours]);
    expect(await bench.units.once(inTenant(ours), seen)).toEqual([ours]);
  });

  test('finds nothing of another tenant, not even by its id', async () => {
    const [ours, theirs] = await twoTenants();
    const found = await bench.units.run(inTenant(ours), (unit) =>
      rows(unit).select().from(users).where(eq(users.tenantId, theirs)),
    );
    expect(found).toEqual([]);
  });

  test('cannot write a row of another tenant', async () => {
    const [ours, theirs] = await twoTenants();
    const write = (unit: Unit) => rows(unit).insert(users).values(aUserOf(theirs));
    await expect(bench.units.run(inTenant(ours), write)).rejects.toThrow(TenantBoundary);
    await expect(bench.units.once(inTenant(ours), write)).rejects.toThrow(TenantBoundary);
  });

  test('changes no row of another tenant, and cannot move one to it', async () => {
    const [ours, theirs] = await twoTenants();
    const changed = await bench.units.run(inTenant(ours), (unit) =>
      client(unit).query(`update users set name = 'Eve' where tenant_id = $1`, [theirs]),
    );
    expect(changed.rowCount).toBe(0);
    const move = (unit: Unit) => client(unit).query('update users set tenant_id = $1', [theirs]);
    await expect(bench.units.run(inTenant(ours), move)).rejects.toThrow(TenantBoundary);
  });

  test('cannot hang a row of its own on another tenant’s user', async () => {
    const [ours, theirs] = await twoTenants();
    const { id } = await bench.aUser(theirs);
    const hang = (unit: Unit) =>
      client(unit).query(
        `insert into passwords (user_id, tenant_id, hash, changed_at) values ($1, $2, '', now())`,
        [id, ours],
      );
    await expect(bench.units.run(inTenant(ours), hang)).rejects.toThrow(Conflict);
  });

  test('does not open for what is no tenant’s id', async () => {
    const scope = inTenant(tenantId("' or true --"));
    await expect(bench.units.run(scope, seen)).rejects.toThrow('names no tenant');
  });
});

describe('a unit of an administrator', () => {
  test.each(['run', 'once'] as const)(
    'sees the tenant it is inside of and no other, their own neither, in %s',
    async (way) => {
      const [reached, home] = await twoTenants();
      expect(await bench.units[way](reachInto(reached, home), seen)).toEqual([reached]);
      expect(await bench.units[way](administratorOf(home), seen)).toEqual([home]);
    },
  );

  test('writes no row beyond that tenant, a super_admin’s neither', async () => {
    const [reached, home] = await twoTenants();
    const write = (unit: Unit) => rows(unit).insert(users).values(aUserOf(home));
    for (const way of ['run', 'once'] as const)
      await expect(bench.units[way](reachInto(reached, home), write)).rejects.toThrow(
        TenantBoundary,
      );
  });

  test('does not open for what is no tenant’s id', async () => {
    const scope = administratorOf(tenantId(''));
    await expect(bench.units.run(scope, seen)).rejects.toThrow('names no tenant');
  });
});

describe.each([
  ['a system unit', () => SYSTEM],
  ['an operator’s unit', operatorOf],
] as const)('%s', (_, scopeOf) => {
  test('sees every tenant, and leaves nothing of that to the next', async () => {
    const pair = await twoTenants();
    const scope = scopeOf(pair[0]);
    expect(await bench.units.run(scope, seen)).toEqual(expect.arrayContaining(pair));
    expect(await seenByTheNext()).toEqual(NOTHING);
    expect(await bench.units.once(scope, seen)).toEqual(expect.arrayContaining(pair));
    expect(await seenByTheNext()).toEqual(NOTHING);
  });
});

describe('a boundary that was reached', () => {
  const told: { scope: Scope; fault: TenantBoundary }[] = [];
  const onBoundary = async (scope: Scope, fault: TenantBoundary) =>
    void told.push({ scope, fault });
  const refused = (unit: Unit) =>
    client(unit).query('update users set tenant_id = gen_random_uuid()');

  test('is told of, with whose unit it was, once another can be opened', async () => {
    await using watched = await aBench(
      { poolSize: 1 },
      {
        onBoundary: async (scope, fault) => {
          await onBoundary(scope, fault);
          await watched.units.once(SYSTEM, seen);
        },
      },
    );
    const [own] = await twoTenants();
    told.length = 0;
    for (const way of ['run', 'once'] as const) {
      const reaching = watched.units[way](administratorOf(own), refused);
      await expect(reaching).rejects.toThrow(TenantBoundary);
    }
    const boundary = {
      scope: expect.objectContaining({ tenantId: own }),
      fault: expect.any(TenantBoundary),
    };
    expect(told).toEqual([boundary, boundary]);
  });

  test('is told of inside a tenant only, and where it cannot be told, that is what fails', async () => {
    await using mute = await aBench(
      { poolSize: 1 },
      { onBoundary: () => Promise.reject(new Unavailable('the log is away')) },
    );
    await expect(mute.units.run(SYSTEM, refused)).rejects.toThrow(TenantBoundary);
    const [own] = await twoTenants();
    await expect(mute.units.run(inTenant(own), refused)).rejects.toThrow(Unavailable);
  });
});

describe('after a unit, its connection', () => {
  test('carries nothing of it when it was committed', async () => {
    const [ours] = await twoTenants();
    await bench.units.run(inTenant(ours), seen);
    expect(await seenByTheNext()).toEqual(NOTHING);
    await bench.units.once(inTenant(ours), seen);
    expect(await seenByTheNext()).toEqual(NOTHING);
  });

  test.each(['run', 'once'] as const)(
    'carries nothing of it when its statement failed in %s',
    async (way) => {
      const [ours] = await twoTenants();
      const fail = (unit: Unit) => client(unit).query('select 1 / 0');
      await expect(bench.units[way](inTenant(ours), fail)).rejects.toThrow('division by zero');
      expect(await seenByTheNext()).toEqual(NOTHING);
    },
  );

  test('carries nothing of it when its work threw', async () => {
    const [ours] = await twoTenants();
    const work = async (unit: Unit) => {
      await seen(unit);
      throw new RangeError('thrown by the work');
    };
    await expect(bench.units.run(inTenant(ours), work)).rejects.toThrow('thrown by the work');
    expect(await seenByTheNext()).toEqual(NOTHING);
  });

  test('carries nothing of it when the server ended it for idling', async () => {
    const [ours] = await twoTenants();
    await using impatient = await aBench({ poolSize: 1 }, { idleInUnitMs: 20 });
    const idle = async (unit: Unit) => {
      const pid = await pidOf(unit);
      await expect.poll(() => isConnected(pid)).toBe(false);
      await seen(unit);
    };
    await expect(impatient.units.run(inTenant(ours), idle)).rejects.toThrow(Unavailable);
    expect(await seenByTheNext(impatient)).toEqual(NOTHING);
  });

  test('has no prepared statement left, though one was given a name', async () => {
    await bench.units.run(SYSTEM, async (unit) => {
      await client(unit).query({ name: 'kept', text: 'select $1::int', values: [1] });
      await rows(unit).select().from(users).prepare('kept_too').execute();
    });
    expect((await bench.pool.query('select name from pg_prepared_statements')).rows).toEqual([]);
  });
});

describe('run', () => {
  test('commits what was done when the work returns', async () => {
    const tenant = await bench.aTenant();
    const user = aUserOf(tenant);
    await bench.units.run(inTenant(tenant), (unit) => rows(unit).insert(users).values(user));
    const found = await bench.units.run(inTenant(tenant), (unit) =>
      rows(unit).select().from(users),
    );
    expect(found).toEqual([expect.objectContaining(user)]);
  });

  test('undoes all that was done when the work throws', async () => {
    const tenant = await bench.aTenant();
    const work = async (unit: Unit) => {
      await rows(unit).insert(users).values(aUserOf(tenant));
      throw new RangeError('changed its mind');
    };
    await expect(bench.units.run(inTenant(tenant), work)).rejects.toThrow('changed its mind');
    expect(await bench.units.run(inTenant(tenant), seen)).toEqual([]);
  });

  test('does not report as done what the server rolled back', async () => {
    const tenant = await bench.aTenant();
    const work = async (unit: Unit) => {
      await rows(unit).insert(users).values(aUserOf(tenant));
      await client(unit)
        .query('select 1 / 0')
        .catch(() => undefined);
    };
    await expect(bench.units.run(inTenant(tenant), work)).rejects.toThrow('could not be committed');
    expect(await bench.units.run(inTenant(tenant), seen)).toEqual([]);
  });

  test('needs no statement at all', async () => {
    expect(await bench.units.run(SYSTEM, async () => 'nothing asked')).toBe('nothing asked');
  });

  test('sends statements one after another, though they are asked for at once', async () => {
    const tenant = await bench.aTenant();
    const work = async (unit: Unit) => {
      const inserts = Array.from({ length: 5 }, () =>
        rows(unit).insert(users).values(aUserOf(tenant)),
      );
      await Promise.all(inserts);
      return rows(unit).select({ n: count() }).from(users);
    };
    expect(await bench.units.run(inTenant(tenant), work)).toEqual([{ n: 5 }]);
  });

  test('waits for what the work did not await, and commits it', async () => {
    const tenant = await bench.aTenant();
    await bench.units.run(inTenant(tenant), async (unit) => {
      void client(unit).query('select 1');
      void rows(unit).insert(users).values(aUserOf(tenant)).execute();
    });
    expect(await bench.units.run(inTenant(tenant), seen)).toEqual([tenant]);
  });

  test('makes savepoints of transactions inside', async () => {
    const tenant = await bench.aTenant();
    const kept = aUserOf(tenant);
    await bench.units.run(inTenant(tenant), async (unit) => {
      const undone = rows(unit).transaction(async (tx) => {
        await tx.insert(users).values(aUserOf(tenant));
        throw new RangeError('only this much');
      });
      await expect(undone).rejects.toThrow('only this much');
      await rows(unit).insert(users).values(kept);
    });
    const found = await bench.units.run(inTenant(tenant), (unit) =>
      rows(unit).select({ id: users.id }).from(users),
    );
    expect(found).toEqual([{ id: kept.id }]);
  });

  test('refuses a text of several statements', async () => {
    const work = (unit: Unit) => client(unit).query(`select 1; commit; select 2`);
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow('cannot insert multiple commands');
  });
});

describe('once', () => {
  test('has committed its statement before the work goes on', async () => {
    const tenant = await bench.aTenant();
    const work = async (unit: Unit) => {
      await rows(unit).insert(users).values(aUserOf(tenant));
      throw new RangeError('too late');
    };
    await expect(bench.units.once(inTenant(tenant), work)).rejects.toThrow('too late');
    expect(await bench.units.once(inTenant(tenant), seen)).toEqual([tenant]);
  });

  test('refuses a second statement', async () => {
    const work = async (unit: Unit) => {
      await seen(unit);
      await seen(unit);
    };
    await expect(bench.units.once(SYSTEM, work)).rejects.toThrow('single statement');
  });
});

describe('a handle on a unit', () => {
  test('is refused for a unit that is none of ours', () => {
    const forged = { scope: SYSTEM } as Unit;
    expect(() => rows(forged)).toThrow('finished, or none of ours');
    expect(() => client(forged)).toThrow('finished, or none of ours');
  });

  test('is refused once the unit is finished, and of no use to who kept it', async () => {
    const tenant = await bench.aTenant();
    const kept: {
      unit?: Unit;
      rows?: ReturnType<typeof rows>;
      client?: ReturnType<typeof client>;
    } = {};
    await bench.units.run(inTenant(tenant), async (unit) => {
      Object.assign(kept, { unit, rows: rows(unit), client: client(unit) });
      await seen(unit);
    });
    expect(() => rows(kept.unit as Unit)).toThrow('finished, or none of ours');
    await bench.units.run(SYSTEM, async (other) => {
      await seen(other);
      await expect(kept.client?.query('select 1')).rejects.toThrow('This unit is finished');
      await expect(kept.rows?.select().from(users).execute()).rejects.toThrow();
    });
  });
});

describe('what the database answers', () => {
  test('counts as a number, whoever asks', async () => {
    const tenant = await bench.aTenant();
    await bench.aUser(tenant);
    await bench.units.run(inTenant(tenant), async (unit) => {
      const raw = await client(unit).query('select count(*) as n from users');
      expect(raw.rows).toEqual([{ n: 1 }]);
      const [row] = await rows(unit)
        .select({ n: users.id, count: count() })
        .from(users)
        .groupBy(users.id);
      expect(row?.count).toBe(1);
      const executed = await rows(unit).execute(
        'select count(*) as n, max(created_at) as at from users',
      );
      expect(executed.rows).toEqual([{ n: 1, at: NOON }]);
    });
  });

  test('is refused where it is a number beyond what a number holds', async () => {
    const work = (unit: Unit) => client(unit).query('select 9007199254740993::bigint as n');
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow('beyond 2^53');
    expect(await seenByTheNext()).toEqual(NOTHING);
  });

  test('is an instant as it was given', async () => {
    const tenant = await bench.aTenant();
    const [row] = await bench.units.run(SYSTEM, (unit) =>
      rows(unit).select().from(tenants).where(eq(tenants.id, tenant)),
    );
    expect(row?.createdAt).toEqual(NOON);
  });
});

describe('a fault of the database', () => {
  test('is a conflict where the row is there already', async () => {
    const tenant = await bench.aTenant();
    const user = aUserOf(tenant);
    const twice = async (unit: Unit) => {
      await rows(unit).insert(users).values(user);
      await rows(unit).insert(users).values(user);
    };
    await expect(bench.units.run(inTenant(tenant), twice)).rejects.toThrow(Conflict);
  });

  test('is invalid input where a text holds a NUL', async () => {
    const ask = (text: string) => (unit: Unit) => client(unit).query(text, ['a\0b']);
    await expect(bench.units.run(SYSTEM, ask('select $1::text'))).rejects.toThrow(InvalidInput);
    const json = (unit: Unit) => client(unit).query(`select '{"a":"\\u0000"}'::jsonb`);
    await expect(bench.units.run(SYSTEM, json)).rejects.toThrow(InvalidInput);
  });

  test('tells nothing of the values that were sent', async () => {
    const work = (unit: Unit) =>
      rows(unit)
        .update(users)
        .set({ name: 'a secret', role: 'emperor' as never })
        .execute();
    const tenant = await bench.aTenant();
    await bench.aUser(tenant);
    const fault = await bench.units.run(inTenant(tenant), work).catch((error: unknown) => error);
    expect(String(fault)).toContain('users_role_check');
    expect(String(fault)).not.toContain('a secret');
  });
});

describe('patience', () => {
  test.each(['run', 'once'] as const)(
    'ends at the server first, and the connection is kept, in %s',
    async (way) => {
      await using hasty = await aBench(
        { poolSize: 1, statementTimeoutMs: 5000 },
        { statementTimeoutMs: 50 },
      );
      const before = await hasty.units.once(SYSTEM, pidOf);
      const sleep = (unit: Unit) => client(unit).query('select pg_sleep(30)');
      await expect(hasty.units[way](SYSTEM, sleep)).rejects.toThrow(Unavailable);
      const after = await hasty.units.once(SYSTEM, pidOf);
      expect(after).toBe(before);
    },
  );

  test.each(['run', 'once'] as const)(
    'ends here when the server does not answer, and the connection with it, in %s',
    async (way) => {
      await using hasty = await aBench(
        { poolSize: 1, statementTimeoutMs: 50 },
        { statementTimeoutMs: 60_000 },
      );
      const before = await hasty.units.once(SYSTEM, pidOf);
      const sleep = (unit: Unit) => client(unit).query('select pg_sleep(1)');
      await expect(hasty.units[way](SYSTEM, sleep)).rejects.toThrow(Unavailable);
      const after = await hasty.units.once(SYSTEM, pidOf);
      expect(after).not.toBe(before);
    },
  );

  test('ends when no connection comes free', async () => {
    await using crowded = await aBench({ poolSize: 1, poolWaitMs: 30 });
    await crowded.units.run(SYSTEM, async () => {
      await expect(crowded.units.run(SYSTEM, seen)).rejects.toThrow(Unavailable);
    });
  });

  test('is not needed when the server goes away within a unit', async () => {
    const work = async (unit: Unit) => {
      const pid = await pidOf(unit);
      await using other = await aBench();
      const connection = await other.pool.connect();
      await connection.query('select pg_terminate_backend($1, 5000)', [pid]);
      connection.release();
      await seen(unit);
    };
    await expect(bench.units.run(SYSTEM, work)).rejects.toThrow(Unavailable);
    expect(await seenByTheNext()).toEqual(NOTHING);
  });
});
