import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpMailer } from '#src/infra/mail/smtp.ts';
import { HOUR } from '#src/kernel/clock.ts';
import { freePort } from '#src/testing/free-port.ts';
import { type MailServer, startMailServer } from '#src/testing/mail-server.ts';
import { COURIER, type CourierOrders } from '#src/testing/outbox-courier.ts';
import { anOutboxBench, type OutboxBench, SEALING_KEY } from './bench.ts';
import { LEASE, waitAfter } from './delivery.ts';

let room: OutboxBench;
beforeAll(async () => {
  room = await anOutboxBench();
});
beforeEach(() => room.reset());
afterAll(() => room[Symbol.asyncDispose]());

async function aServer(port?: number): Promise<MailServer> {
  const server = await startMailServer(port === undefined ? {} : { port });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** This process's outbox, delivering to a real server. */
function delivering(url: string) {
  const patience = { answerMs: 500, mailMs: 1000 };
  const mailer = createSmtpMailer({ url, tlsRequired: false, patience });
  onTestFinished(() => mailer[Symbol.asyncDispose]());
  return room.another({ mailer });
}

/** A process that goes one round and is then no more. */
function aCourier(server: MailServer): ChildProcess {
  const orders: CourierOrders = {
    database: room.url,
    smtp: server.url,
    now: room.clock.now().toISOString(),
    sealingKey: SEALING_KEY.toString('hex'),
  };
  const child = spawn(process.execPath, [COURIER, JSON.stringify(orders)], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await ended).toStrictEqual([null, 'SIGKILL']);
}

const messageIds = ({ mails }: MailServer) => mails.map(({ parsed }) => parsed.messageId);

describe('a process that is killed', () => {
  it('while the server has the mail and did not keep it loses nothing: it arrives once', async () => {
    const server = await aServer();
    server.behave({ does: 'is-silent' });
    await room.put();
    const courier = aCourier(server);
    await server.isHanded(1);
    await kill(courier);

    server.behave({ does: 'accepts' });
    const outbox = delivering(server.url);
    expect(await outbox.deliver()).toBe(0);
    room.clock.pass(LEASE);
    expect(await outbox.deliver()).toBe(1);
    expect(server.mails).toHaveLength(1);
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it('after the server kept the mail costs a second one, of the same Message-ID', async () => {
    const server = await aServer();
    server.behave({ does: 'keeps-in-silence' });
    await room.put();
    const courier = aCourier(server);
    await server.isHanded(1);
    await kill(courier);

    server.behave({ does: 'accepts' });
    room.clock.pass(LEASE);
    expect(await delivering(server.url).deliver()).toBe(1);
    expect(server.mails).toHaveLength(2);
    expect(new Set(messageIds(server)).size).toBe(1);
  });
});

describe('a mail server', () => {
  it('that is away and comes back gets each mail once', async () => {
    const port = await freePort();
    const outbox = delivering(`smtp://127.0.0.1:${port}`);
    for (const name of ['ada', 'bob', 'eve']) await room.put({ to: `${name}@x.test` });
    expect(await outbox.deliver()).toBe(3);
    expect((await room.rows()).map(({ last_error: error }) => error)).toStrictEqual(
      Array.from({ length: 3 }, () => 'the mail server could not be reached: ECONNREFUSED'),
    );

    const server = await aServer(port);
    room.clock.pass(waitAfter(1));
    expect(await outbox.deliver()).toBe(3);
    room.clock.pass(HOUR);
    expect(await outbox.deliver()).toBe(0);
    expect(server.mails.flatMap(({ to }) => to).toSorted()).toStrictEqual([
      'ada@x.test',
      'bob@x.test',
      'eve@x.test',
    ]);
  });

  it('that is slow, hangs up or puts off is asked again, and gets the mail once', async () => {
    const server = await aServer();
    const outbox = delivering(server.url);
    await room.put();
    const troubles = [
      { does: 'is-silent' },
      { does: 'drops-before-data' },
      { does: 'refuses', at: 'recipient', code: 450 },
      { does: 'refuses', at: 'connection', code: 421 },
      { does: 'accepts' },
    ] as const;
    for (const trouble of troubles) {
      server.behave(trouble);
      expect(await outbox.deliver()).toBe(1);
      await server.hangUpOnAll();
      room.clock.pass(HOUR);
    }
    expect(server.mails).toHaveLength(1);
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: troubles.length }]);
  });

  it('that refuses for good is not asked again', async () => {
    const server = await aServer();
    server.behave({ does: 'refuses', at: 'recipient', code: 550, words: '5.1.1 ada@x.test who?' });
    await room.put();
    const outbox = delivering(server.url);
    await outbox.deliver();
    room.clock.pass(HOUR);
    expect(await outbox.deliver()).toBe(0);
    expect(server.begun()).toBe(1);
    expect(await room.rows()).toMatchObject([
      { state: 'dead', last_error: 'the mail server refused the address: 550 5.1.1 … who?' },
    ]);
  });
});
