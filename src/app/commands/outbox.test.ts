import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '#src/features/outbox/index.ts';
import { tenantId } from '#src/kernel/ids.ts';
import * as list from './outbox-list.ts';
import * as retry from './outbox-retry.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const DEAD: OutboxEntry = {
  id: '01890000-0000-7000-8000-000000000001',
  tenantId: tenantId('01890000-0000-7000-8000-00000000000a'),
  topic: 'recovery/reset',
  state: 'dead',
  attempts: 1,
  dueAt: NOON,
  createdAt: NOON,
  lastError: 'the mail server refused the address: 550',
};
const { tenantId: _, lastError: __, ...rest } = DEAD;
const WAITING: OutboxEntry = { ...rest, state: 'waiting', attempts: 0 };

/** An outbox that notes what it was asked. */
function noting(entries: readonly OutboxEntry[] = []) {
  const asked: unknown[] = [];
  return {
    asked,
    outbox: {
      async list(filter: object) {
        asked.push(filter);
        return entries;
      },
      async retry(which: readonly string[] | 'dead') {
        asked.push(which);
        return entries.map(({ id }) => id);
      },
    },
  };
}

describe('outbox list', () => {
  it('tells programs of every mail', async () => {
    const { outbox, asked } = noting([DEAD, WAITING]);
    const { mails } = await list.run({ outbox }, {});
    const mail = {
      id: DEAD.id,
      tenant_id: DEAD.tenantId,
      topic: 'recovery/reset',
      state: 'dead',
      attempts: 1,
      due_at: NOON.toISOString(),
      created_at: NOON.toISOString(),
      last_error: DEAD.lastError,
    };
    expect(mails).toStrictEqual([
      mail,
      { ...mail, tenant_id: null, state: 'waiting', attempts: 0, last_error: null },
    ]);
    expect(asked).toStrictEqual([{ limit: 200 }]);
  });

  it('tells people, a line each', async () => {
    const told = await list.run({ outbox: noting([DEAD, WAITING]).outbox }, {});
    expect(list.say(told).split('\n')).toStrictEqual([
      `${DEAD.id}  dead       recovery/reset  1 try: ${DEAD.lastError}`,
      `${DEAD.id}  waiting    recovery/reset  0 tries, next at ${NOON.toISOString()}`,
    ]);
    expect(list.say({ mails: [] })).toBe('There is no such mail.');
  });

  it('is of one state where one is named', async () => {
    const { outbox, asked } = noting();
    await list.run({ outbox }, { state: 'dead' });
    expect(asked).toStrictEqual([{ state: 'dead', limit: 200 }]);
  });
});

describe('outbox retry', () => {
  it('is for all that were given up, or for those named', async () => {
    const { outbox, asked } = noting([DEAD]);
    expect(await retry.run({ outbox }, {})).toStrictEqual({ mails: [DEAD.id] });
    await retry.run({ outbox }, { id: [DEAD.id] });
    expect(asked).toStrictEqual(['dead', [DEAD.id]]);
  });

  it.each([
    [[], 'There is nothing to try again.'],
    [['a'], '1 mail waits for delivery again.'],
    [['a', 'b'], '2 mails wait for delivery again.'],
  ])('says of %j: %s', (mails, words) => {
    expect(retry.say({ mails })).toBe(words);
  });
});
