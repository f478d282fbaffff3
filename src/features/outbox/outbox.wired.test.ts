import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTenant, SYSTEM } from '#src/infra/postgres/bench.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { TenantBoundary } from '#src/kernel/faults.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { aDraft, anOutboxBench, ISSUER, type OutboxBench } from './bench.ts';
import type { MailDraft } from './outbox.ts';

let room: OutboxBench;
beforeAll(async () => {
  room = await anOutboxBench();
});
beforeEach(() => room.reset());
afterAll(() => room[Symbol.asyncDispose]());

const putIn = (tenant: TenantId, draft: Partial<MailDraft> = {}) =>
  room.bench.units.run(inTenant(tenant), (unit) => room.outbox.mail(unit, aDraft(draft)));

describe('a mail', () => {
  it('commits with the act, or not at all', async () => {
    const failed = room.bench.units.run(SYSTEM, async (unit) => {
      await room.outbox.mail(unit, aDraft());
      throw new Error('the act failed');
    });
    await expect(failed).rejects.toThrow('the act failed');
    expect(await room.rows()).toStrictEqual([]);
    await room.put();
    expect(await room.rows()).toHaveLength(1);
  });

  it('is sealed as it lies there: neither address nor link nor subject', async () => {
    await room.put();
    const row = JSON.stringify(await room.rows());
    expect(row).not.toMatch(/ada|x\.test|token|abc|Confirm/);
  });

  it('does not open in another row’s place', async () => {
    await room.put();
    await room.put({ to: 'eve@x.test' });
    const [first, second] = await room.rows();
    const opened = room.another({
      store: {
        ...room.store,
        claim: async (...given) => {
          const claimed = await room.store.claim(...given);
          const moved = claimed?.id === first?.id ? second : first;
          return claimed && { ...claimed, contentSealed: moved?.content_sealed ?? '' };
        },
      },
    });
    await expect(opened.deliver()).rejects.toThrow('does not open');
    expect(room.mailer.sent).toStrictEqual([]);
  });

  it('is written whole at once, and goes out so', async () => {
    const tenant = await room.bench.aTenant();
    await putIn(tenant, {
      subject: 'Confirm\r\nBcc: evil@y.test',
      model: { name: 'a\nevil.test' },
    });
    await room.outbox.deliver();
    const [row] = await room.rows();
    const model = {
      name: 'a evil. test',
      page: { product: 'Avian', host: 'id.example.test' },
      tenant: 'Flock',
    };
    expect(room.mailer.sent).toStrictEqual([
      {
        messageId: `${row?.id}@id.example.test`,
        date: room.clock.now(),
        from: { name: 'Flock', address: 'no-reply@example.test' },
        to: 'ada@x.test',
        subject: 'Confirm Bcc: evil@y. test',
        text: `verification/confirm ${JSON.stringify(model)}`,
        html: '<p>verification/confirm</p>',
      },
    ]);
  });

  it('bears the name of its tenant, or else the product’s', async () => {
    const tenant = await room.bench.aTenant();
    await room.put({ to: 'one@x.test' });
    await room.put({ to: 'two@x.test', tenantId: tenant });
    await room.outbox.deliver();
    const names = room.mailer.sent.map(({ to, from }) => [to, from.name]);
    expect(names.toSorted()).toStrictEqual([
      ['one@x.test', 'Avian'],
      ['two@x.test', 'Flock'],
    ]);
  });

  it.each([
    'Ada@x.test',
    'ada@x.test,evil@y.test',
    'ada@x.test\r\nBcc: evil@y.test',
    'Ada <ada@x.test>',
    '',
  ])('goes to no address but a stored one: %j', async (to) => {
    await expect(room.put({ to })).rejects.toThrow('A mail goes to an address as it is stored.');
  });

  it('of a tenant is nothing that another sees, counts or writes', async () => {
    const [ours, theirs] = [await room.bench.aTenant(), await room.bench.aTenant()];
    await putIn(ours);
    const { units } = room.bench;
    const seen = await units.run(inTenant(theirs), (unit) =>
      room.store.list(unit, ['waiting', 'dead', 'delivered'], 10),
    );
    expect(seen).toStrictEqual([]);
    expect(
      await units.run(inTenant(theirs), (unit) => room.store.revive(unit, undefined, new Date())),
    ).toStrictEqual([]);
    await expect(putIn(theirs, { tenantId: ours })).rejects.toBeInstanceOf(TenantBoundary);
  });
});

describe('a limit', () => {
  const limited = { atMostPerHour: 3 };
  const may = (draft: Partial<MailDraft> = {}) =>
    room.bench.units.run(SYSTEM, (unit) => room.outbox.mayMail(unit, aDraft(draft)));

  it('lets so many out in an hour, and then again', async () => {
    for (let count = 0; count < 3; count += 1) {
      expect(await may(limited)).toBe(true);
      expect(await room.put(limited)).toBe(true);
    }
    expect(await may(limited)).toBe(false);
    expect(await room.put(limited)).toBe(false);
    expect(await room.rows()).toHaveLength(3);
    room.clock.pass(HOUR - 1);
    expect(await room.put(limited)).toBe(false);
    room.clock.pass(1);
    expect(await room.put(limited)).toBe(true);
  });

  it('counts what is delivered, too', async () => {
    for (let count = 0; count < 3; count += 1) await room.put(limited);
    await room.outbox.deliver();
    expect(await room.put(limited)).toBe(false);
  });

  it('is for one recipient and one topic', async () => {
    for (let count = 0; count < 3; count += 1) await room.put(limited);
    expect(await room.put({ ...limited, to: 'eve@x.test' })).toBe(true);
    expect(await room.put({ ...limited, topic: 'recovery/reset' })).toBe(true);
    expect(await room.put()).toBe(true);
  });

  it('holds for twenty who come at once', async () => {
    const written = await Promise.all(Array.from({ length: 20 }, () => room.put(limited)));
    expect(written.filter(Boolean)).toHaveLength(3);
    expect(await room.rows()).toHaveLength(3);
  });
});

describe('links', () => {
  it('of ours go out as they were made', async () => {
    await room.put();
    await room.outbox.deliver();
    expect(room.mailer.sent[0]?.text).toContain(`"link":"${ISSUER}/verify?token=abc"`);
  });
});
