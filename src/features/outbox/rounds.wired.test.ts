import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { Mail, Receipt } from '#src/kernel/mail.ts';
import { aMailer, anOutboxBench, type OutboxBench } from './bench.ts';
import { ATTEMPTS, LEASE, waitAfter } from './delivery.ts';

const BUSY: Receipt = { ok: false, permanent: false, reason: 'busy' };
const REFUSED: Receipt = { ok: false, permanent: true, reason: 'unknown' };

let room: OutboxBench;
beforeAll(async () => {
  room = await anOutboxBench();
});
beforeEach(() => room.reset());
afterAll(() => room[Symbol.asyncDispose]());

async function theRow() {
  const [row] = await room.rows();
  if (!row) throw new Error('There is no row.');
  return row;
}

/** Tries the one mail until it is dead. */
async function wearOut(): Promise<void> {
  room.mailer.says(BUSY);
  await room.put();
  for (let count = 0; count < ATTEMPTS; count += 1) {
    await room.outbox.deliver();
    room.clock.pass(HOUR);
  }
}

describe('a delivery', () => {
  it('is recorded, and leaves nothing of what the mail said', async () => {
    await room.put();
    expect(await room.outbox.deliver()).toBe(1);
    expect(await theRow()).toMatchObject({
      state: 'delivered',
      attempts: 1,
      content_sealed: '',
      settled_at: room.clock.now(),
    });
    expect(await room.outbox.deliver()).toBe(0);
    expect(room.mailer.sent).toHaveLength(1);
  });

  it('brings out what is due, and what is not stays', async () => {
    room.mailer.says(BUSY);
    await room.put();
    await room.outbox.deliver();
    room.mailer.says({ ok: true });
    await room.put({ to: 'eve@x.test' });
    await room.outbox.deliver();
    expect((await room.rows()).map(({ state }) => state)).toStrictEqual(['waiting', 'delivered']);
  });

  it('happens once for each mail, whoever else delivers', async () => {
    for (let count = 0; count < 40; count += 1) await room.put({ to: `ada.${count}@x.test` });
    const others = Array.from({ length: 4 }, () => room.another());
    const tried = await Promise.all(others.map((other) => other.deliver()));
    expect(tried.reduce((sum, count) => sum + count)).toBe(40);
    expect(new Set(room.mailer.sent.map(({ messageId }) => messageId)).size).toBe(40);
    expect(room.mailer.sent).toHaveLength(40);
  });

  it('stops asking a server that is away, and lets the rest be as they are', async () => {
    room.mailer.says(BUSY);
    for (let count = 0; count < 40; count += 1) await room.put({ to: `ada.${count}@x.test` });
    expect(await room.outbox.deliver()).toBeLessThan(10);
    const untouched = (await room.rows()).filter(({ attempts }) => attempts === 0);
    expect(untouched.length).toBeGreaterThan(30);
  });
});

describe('a mail that could not go out', () => {
  it('is tried again after growing waits, the same each time, and arrives once', async () => {
    room.mailer.says(BUSY, BUSY, { ok: true });
    await room.put();
    await room.outbox.deliver();
    expect(await theRow()).toMatchObject({
      state: 'waiting',
      last_error: 'busy',
      due_at: later(room.clock.now(), waitAfter(1)),
    });
    room.clock.pass(waitAfter(1) - 1);
    expect(await room.outbox.deliver()).toBe(0);
    room.clock.pass(1);
    expect(await room.outbox.deliver()).toBe(1);
    room.clock.pass(waitAfter(2));
    expect(await room.outbox.deliver()).toBe(1);
    expect(await theRow()).toMatchObject({ state: 'delivered', attempts: 3 });
    expect(room.mailer.sent[1]).toStrictEqual(room.mailer.sent[0]);
    expect(room.mailer.sent[2]).toStrictEqual(room.mailer.sent[0]);
  });

  it('is dead after the last try, with an entry, and keeps what it said', async () => {
    await wearOut();
    const row = await theRow();
    expect(row).toMatchObject({ state: 'dead', attempts: ATTEMPTS, last_error: 'busy' });
    expect(row.content_sealed).not.toBe('');
    expect(room.mailer.sent).toHaveLength(ATTEMPTS);
    const details = { topic: 'verification/confirm', attempts: ATTEMPTS, reason: 'busy' };
    expect(await room.entriesOf(row.id)).toStrictEqual([
      { action: 'outbox.died', outcome: 'given-up', tenant_id: null, details },
    ]);
  });

  it('is dead at once where it was refused, with an entry of its tenant', async () => {
    const tenant = await room.bench.aTenant();
    room.mailer.says(REFUSED);
    await room.put({ tenantId: tenant });
    await room.outbox.deliver();
    const row = await theRow();
    expect(row).toMatchObject({ state: 'dead', attempts: 1, last_error: 'unknown' });
    expect(await room.entriesOf(row.id)).toMatchObject([
      { action: 'outbox.died', outcome: 'refused', tenant_id: tenant },
    ]);
  });

  it('is not sent once its time is over, and nothing of it is left', async () => {
    await room.put({ expiresAt: later(room.clock.now(), MINUTE) });
    room.clock.pass(MINUTE);
    await room.outbox.deliver();
    const row = await theRow();
    expect(row).toMatchObject({ state: 'dead', content_sealed: '', last_error: 'expired' });
    expect(await room.entriesOf(row.id)).toMatchObject([{ outcome: 'expired' }]);
    expect(room.mailer.sent).toStrictEqual([]);
  });
});

describe('whoever dies on the way', () => {
  const death = () => Promise.reject(new Error('gone'));

  it('before the mail server’s answer leaves a mail that goes out when the lease is over', async () => {
    await room.put();
    await expect(room.another({ mailer: { send: death } }).deliver()).rejects.toThrow('gone');
    expect(await room.outbox.deliver()).toBe(0);
    room.clock.pass(LEASE);
    expect(await room.outbox.deliver()).toBe(1);
    expect(room.mailer.sent).toHaveLength(1);
    expect(await theRow()).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it('between the server’s yes and its record sends it again, under the same Message-ID', async () => {
    await room.put();
    const broken = room.another({ store: { ...room.store, settle: death } });
    await expect(broken.deliver()).rejects.toThrow('gone');
    room.clock.pass(LEASE);
    await room.outbox.deliver();
    expect(room.mailer.sent).toHaveLength(2);
    expect(room.mailer.sent[1]).toStrictEqual(room.mailer.sent[0]);
    expect(await theRow()).toMatchObject({ state: 'delivered' });
  });

  it('does not take along the other mails of the round', async () => {
    for (let count = 0; count < 8; count += 1) await room.put({ to: `ada.${count}@x.test` });
    const mailer = aMailer();
    const send = (mail: Mail) => (mail.to === 'ada.0@x.test' ? death() : mailer.send(mail));
    await expect(room.another({ mailer: { send } }).deliver()).rejects.toThrow('gone');
    expect(mailer.sent).toHaveLength(7);
  });

  it('every time over one mail is stopped by it no more in the end', async () => {
    await room.put();
    const doomed = room.another({ mailer: { send: death } });
    for (let count = 0; count < ATTEMPTS; count += 1) {
      await expect(doomed.deliver()).rejects.toThrow('gone');
      room.clock.pass(LEASE);
    }
    expect(await doomed.deliver()).toBe(1);
    const row = await theRow();
    expect(row).toMatchObject({ state: 'dead' });
    expect(await room.entriesOf(row.id)).toMatchObject([{ outcome: 'given-up' }]);
  });

  it.each([
    [
      'of a delivery is believed',
      { ok: true } as const,
      { state: 'delivered', last_error: 'busy' },
    ],
    ['of anything else is not', REFUSED, { state: 'waiting', last_error: 'busy' }],
  ])('slowly is late, and its word %s', async (_, receipt, left) => {
    await room.put();
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<Receipt>()];
    const send = () => {
      asked.resolve();
      return answered.promise;
    };
    const first = room.another({ mailer: { send } }).deliver();
    await asked.promise;
    room.clock.pass(LEASE);
    room.mailer.says(BUSY);
    await room.outbox.deliver();
    answered.resolve(receipt);
    await first;
    expect(await theRow()).toMatchObject({ ...left, attempts: 2 });
  });
});

describe('the desk', () => {
  it('shows what is not delivered, and never what it says or whom it goes to', async () => {
    room.mailer.says({ ok: true });
    await room.put();
    await room.outbox.deliver();
    room.clock.pass(SECOND);
    room.mailer.says(REFUSED);
    await room.put({ to: 'eve@x.test', topic: 'recovery/reset' });
    await room.outbox.deliver();
    const [, dead] = await room.rows();
    const shown = await room.outbox.list({ limit: 10 });
    expect(shown).toStrictEqual([
      {
        id: dead?.id,
        topic: 'recovery/reset',
        state: 'dead',
        attempts: 1,
        dueAt: dead?.due_at,
        createdAt: room.clock.now(),
        lastError: 'unknown',
      },
    ]);
    expect(await room.outbox.list({ state: 'delivered', limit: 10 })).toMatchObject([
      { topic: 'verification/confirm', state: 'delivered' },
    ]);
    expect(JSON.stringify(shown)).not.toContain('eve');
  });

  it('lets the dead wait again, all or those named, with an entry', async () => {
    room.mailer.says(REFUSED);
    await room.put();
    await room.put({ to: 'eve@x.test' });
    await room.outbox.deliver();
    const [one, other] = await room.rows();
    room.mailer.reset();
    expect(await room.outbox.retry([one?.id ?? ''])).toStrictEqual([one?.id]);
    expect(await room.outbox.deliver()).toBe(1);
    expect(await room.outbox.retry('dead')).toStrictEqual([other?.id]);
    expect(await room.outbox.deliver()).toBe(1);
    expect(room.mailer.sent.map(({ to }) => to)).toStrictEqual(['ada@x.test', 'eve@x.test']);
    expect((await room.rows()).map(({ state }) => state)).toStrictEqual(['delivered', 'delivered']);
    expect(await room.entriesOf(other?.id ?? '')).toMatchObject([
      { action: 'outbox.died' },
      { action: 'outbox.retried', details: { which: 'all', count: 1 } },
    ]);
  });

  it('revives neither what is delivered, nor what waits, nor what is past its time', async () => {
    await room.put();
    await room.outbox.deliver();
    room.mailer.says(REFUSED);
    await room.put({ to: 'eve@x.test', expiresAt: later(room.clock.now(), MINUTE) });
    await room.outbox.deliver();
    await room.put({ to: 'bob@x.test' });
    room.clock.pass(MINUTE);
    expect(await room.outbox.retry('dead')).toStrictEqual([]);
    const ids = (await room.rows()).map(({ id }) => id);
    expect(await room.outbox.retry(ids)).toStrictEqual([]);
  });

  it('refuses what is no id', async () => {
    await expect(room.outbox.retry(["'; drop table outbox"])).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe('the sweep', () => {
  it('forgets what was delivered after a week, and the dead after a month', async () => {
    await room.put();
    await room.outbox.deliver();
    room.mailer.says(REFUSED);
    await room.put({ to: 'eve@x.test' });
    await room.outbox.deliver();
    const states = async () => (await room.rows()).map(({ state }) => state);
    room.clock.pass(7 * DAY - 1);
    await room.outbox.sweep(10);
    expect(await states()).toStrictEqual(['delivered', 'dead']);
    room.clock.pass(1);
    await room.outbox.sweep(10);
    expect(await states()).toStrictEqual(['dead']);
    room.clock.pass(23 * DAY);
    await room.outbox.sweep(10);
    expect(await states()).toStrictEqual([]);
  });

  it('empties the dead whose time is over, and leaves what waits', async () => {
    room.mailer.says(REFUSED);
    await room.put({ expiresAt: later(room.clock.now(), HOUR) });
    await room.outbox.deliver();
    await room.put({ to: 'eve@x.test', expiresAt: later(room.clock.now(), HOUR) });
    room.clock.pass(HOUR);
    await room.outbox.sweep(10);
    const contents = (await room.rows()).map(({ content_sealed: content }) => content !== '');
    expect(contents).toStrictEqual([false, true]);
  });

  it('takes no more at once than it is told', async () => {
    for (let count = 0; count < 5; count += 1) await room.put({ to: `ada.${count}@x.test` });
    await room.outbox.deliver();
    room.clock.pass(8 * DAY);
    await room.outbox.sweep(2);
    expect(await room.rows()).toHaveLength(3);
  });
});
