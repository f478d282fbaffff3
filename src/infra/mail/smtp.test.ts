import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Mail } from '#src/kernel/mail.ts';
import { freePort } from '#src/testing/free-port.ts';
import {
  type Conduct,
  type MailServer,
  type MailServerSettings,
  startMailServer,
} from '#src/testing/mail-server.ts';
import { makeCertificate } from '#src/testing/tls.ts';
import { createSmtpMailer, type SmtpSettings } from './smtp.ts';

function aMail(over: Partial<Mail> = {}): Mail {
  return {
    messageId: '01890000-0000-7000-8000-000000000001@id.example.test',
    date: new Date('2030-01-01T12:00:00.000Z'),
    from: { name: 'Flock', address: 'no-reply@example.test' },
    to: 'ada@x.test',
    subject: 'Confirm your email',
    text: 'Confirm it: https://id.example.test/verify?token=a=b\n',
    html: '<p>Confirm <a href="https://id.example.test/verify?token=a=b">it</a>.</p>',
    ...over,
  };
}

async function aServer(settings: MailServerSettings = {}, conduct?: Conduct): Promise<MailServer> {
  const server = await startMailServer(settings);
  onTestFinished(() => server[Symbol.asyncDispose]());
  if (conduct) server.behave(conduct);
  return server;
}

function aMailer(url: string, settings: Partial<SmtpSettings> = {}) {
  const mailer = createSmtpMailer({ url, tlsRequired: false, ...settings });
  onTestFinished(() => mailer[Symbol.asyncDispose]());
  return mailer;
}

const IMPATIENT = { patience: { answerMs: 300, mailMs: 2000 } };

describe('a mail', () => {
  it('arrives as it was written, in both parts', async () => {
    const server = await aServer();
    const mail = aMail({
      from: { name: 'Vögel & Söhne, "die 1."', address: 'no-reply@example.test' },
      subject: 'Bestätigen Sie Ihre Adresse 👩‍🚀',
      text: 'Grüße\n.\n..\nهنا https://id.example.test/verify?token=aaa\n',
      html: '<p>Grüße &amp; <b>هنا</b></p>',
    });
    expect(await aMailer(server.url).send(mail)).toStrictEqual({ ok: true });
    const [received] = server.mails;
    expect(received).toMatchObject({ from: 'no-reply@example.test', to: ['ada@x.test'] });
    expect(received?.parsed).toMatchObject({
      messageId: `<${mail.messageId}>`,
      date: mail.date,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
    });
    expect(received?.parsed.from?.value).toStrictEqual([mail.from]);
  });

  it('says that nobody need answer by machine', async () => {
    const server = await aServer();
    await aMailer(server.url).send(aMail());
    expect(server.mails[0]?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(server.mails[0]?.parsed.headers.get('x-auto-response-suppress')).toBe('All');
  });

  it('shares its connection with those that follow', async () => {
    const server = await aServer();
    const mailer = aMailer(server.url);
    for (let count = 0; count < 3; count += 1) await mailer.send(aMail());
    expect(server.mails).toHaveLength(3);
    expect(server.connections()).toBe(1);
  });

  it('goes to its one recipient under its own headers, whatever stands in it', async () => {
    const server = await aServer();
    const mailer = aMailer(server.url);
    await mailer.send(aMail());
    const names = headersOf(server.mails[0]?.raw ?? '');
    const wild = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed()),
      fc.constantFrom(
        'a\r\nBcc: evil@y.test',
        'a\nTo: evil@y.test\n\nHello',
        'evil@y.test, x',
        '"x" <evil@y.test>',
        'x\r\n\r\n.\r\nMAIL FROM:<evil@y.test>',
        '<evil@y.test>,',
        '=?utf-8?q?a=0ABcc:_evil@y.test?=',
      ),
    );
    await fc.assert(
      fc.asyncProperty(wild, wild, wild, async (name, subject, text) => {
        const from = { name, address: 'no-reply@example.test' };
        const receipt = await mailer.send(
          aMail({ from, subject: `Hello ${subject}`, text: `Hello ${text}` }),
        );
        expect(receipt).toStrictEqual({ ok: true });
        const received = server.mails.at(-1);
        expect(received).toMatchObject({ from: 'no-reply@example.test', to: ['ada@x.test'] });
        expect(headersOf(received?.raw ?? '')).toStrictEqual(names);
        expect(received?.parsed.from?.value.map(({ address }) => address)).toStrictEqual([
          'no-reply@example.test',
        ]);
        expect(received?.parsed.attachments).toStrictEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** The names of a mail's own headers, in order. */
function headersOf(raw: string): readonly string[] {
  const [head = ''] = raw.split('\r\n\r\n');
  return (head.match(/^[^\s:]+(?=:)/gm) ?? []).map((name) => name.toLowerCase());
}

describe('a server that does not take it', () => {
  it.each<[string, Conduct, boolean, RegExp]>([
    [
      'the recipient is unknown',
      { does: 'refuses', at: 'recipient', code: 550, words: '5.1.1 <ada@x.test>: no such user' },
      true,
      /refused the address: 550 5\.1\.1 … no such user$/,
    ],
    [
      'the mail is refused',
      { does: 'refuses', at: 'data', code: 554, words: '5.7.1 See https://y.test/?a=b' },
      true,
      /refused the mail: 554 5\.7\.1 See …$/,
    ],
    [
      'the recipient is to wait',
      { does: 'refuses', at: 'recipient', code: 451 },
      false,
      /refused the address: 451/,
    ],
    ['the mail is to wait', { does: 'refuses', at: 'data', code: 452 }, false, /the mail: 452/],
    [
      'the sender is refused, which its operator can mend',
      { does: 'refuses', at: 'sender', code: 553 },
      false,
      /refused the address: 553/,
    ],
    ['a login is wanted', { does: 'refuses', at: 'recipient', code: 530 }, false, /530/],
    ['nobody is let in', { does: 'refuses', at: 'connection', code: 554 }, false, /554/],
    ['it hangs up before the mail', { does: 'drops-before-data' }, false, /hung up|reached/],
    ['it takes the mail and hangs up', { does: 'drops-after-data' }, false, /hung up|reached/],
    ['it says nothing', { does: 'is-silent' }, false, /took too long/],
  ])('says so: %s', async (_, conduct, permanent, reason) => {
    const server = await aServer({}, conduct);
    const receipt = await aMailer(server.url, IMPATIENT).send(aMail());
    expect(receipt).toStrictEqual({ ok: false, permanent, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(receipt)).not.toMatch(/ada@x\.test|y\.test/);
  });

  it('is handed the mail once, where it hangs up after it', async () => {
    const server = await aServer({}, { does: 'drops-after-data' });
    const mailer = aMailer(server.url, IMPATIENT);
    await mailer.send(aMail());
    expect(server.mails).toHaveLength(1);
  });

  it('costs no second try, where a connection that was kept is gone', async () => {
    const server = await aServer();
    const mailer = aMailer(server.url);
    await mailer.send(aMail());
    await server.hangUpOnAll();
    expect(await mailer.send(aMail())).toStrictEqual({ ok: true });
    expect(server.mails).toHaveLength(2);
  });

  it('is not there', async () => {
    const mailer = aMailer(`smtp://127.0.0.1:${await freePort()}`);
    expect(await mailer.send(aMail())).toStrictEqual({
      ok: false,
      permanent: false,
      reason: 'the mail server could not be reached: ECONNREFUSED',
    });
  });

  it('never says a word', async () => {
    const port = await aSocketThat(() => undefined);
    const receipt = await aMailer(`smtp://127.0.0.1:${port}`, IMPATIENT).send(aMail());
    expect(receipt).toMatchObject({ ok: false, permanent: false });
  });

  it('talks and talks, and is given up all the same', async () => {
    const port = await aSocketThat((write) => {
      write('220 hello\r\n');
      const timer = setInterval(() => write('250-still here\r\n'), 20);
      return () => clearInterval(timer);
    });
    const patience = { answerMs: 60_000, mailMs: 300 };
    const receipt = await aMailer(`smtp://127.0.0.1:${port}`, { patience }).send(aMail());
    expect(receipt).toStrictEqual({
      ok: false,
      permanent: false,
      reason: 'the mail server took too long',
    });
  });
});

/** A port where a connection is taken, and treated like this until the test is over. */
async function aSocketThat(
  speaks: (write: (text: string) => void) => (() => void) | undefined,
): Promise<number> {
  const port = await freePort();
  const stops: (() => void)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const stop = speaks((text) => void socket.write(text));
    stops.push(() => {
      stop?.();
      socket.destroy();
    });
    socket.on('close', () => stop?.());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const stop of stops) stop();
    await new Promise((resolve) => server.close(resolve));
  });
  return port;
}

describe('TLS and login', () => {
  const login = { user: 'avian@x.test', password: 'p:@ /%ß' };
  const secret = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`;

  it.each([
    ['after STARTTLS', 'smtp', false],
    ['with TLS first', 'smtps', true],
  ])('get a mail out %s', async (_, scheme, implicit) => {
    const certificate = await makeCertificate(['localhost']);
    const server = await aServer({ certificate, implicit, login });
    const url = `${scheme}://${secret}@localhost:${server.port}`;
    const mailer = aMailer(url, { tlsRequired: true, ca: certificate.cert });
    expect(await mailer.send(aMail())).toStrictEqual({ ok: true });
    expect(server.mails).toHaveLength(1);
    expect(server.begunUnderTls()).toBe(1);
  });

  it('refuse a certificate that nobody vouches for', async () => {
    const certificate = await makeCertificate(['localhost']);
    const server = await aServer({ certificate, login });
    const mailer = aMailer(`smtp://${secret}@localhost:${server.port}`);
    expect(await mailer.send(aMail())).toMatchObject({ ok: false, permanent: false });
    expect(server.begun()).toBe(0);
  });

  it('let the mail wait where the login is wrong, and do not repeat it', async () => {
    const server = await aServer({ login });
    const mailer = aMailer(`smtp://somebody:hunter2@127.0.0.1:${server.port}`);
    expect(await mailer.send(aMail())).toStrictEqual({
      ok: false,
      permanent: false,
      reason: 'the mail server refused the login: 535',
    });
  });

  it.each([
    ['a mail, where TLS is required', '', true],
    ['a login, wherever', `${secret}@`, false],
  ])('keep %s from a server elsewhere that has no TLS', async (_, user, tlsRequired) => {
    const server = await aServer(user === '' ? {} : { login });
    // Every machine's own address, and by its name not loopback.
    const mailer = aMailer(`smtp://${user}0.0.0.0:${server.port}`, { tlsRequired });
    expect(await mailer.send(aMail())).toMatchObject({ ok: false, permanent: false });
    expect(server.begun()).toBe(0);
    expect(server.logins()).toBe(0);
  });
});

describe('a mailer that is disposed of', () => {
  it('leaves no connection open', async () => {
    const server = await aServer();
    const mailer = createSmtpMailer({ url: server.url, tlsRequired: false });
    await mailer.send(aMail());
    await mailer[Symbol.asyncDispose]();
    await expect(server.isLeft()).resolves.toBeUndefined();
  });
});
