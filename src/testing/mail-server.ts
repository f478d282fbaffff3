import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { Certificate } from './tls.ts';

/** A mail as it came in. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly parsed: ParsedMail;
  readonly raw: string;
}

/**
 * How a server treats what comes. Those that refuse answer with their code; `drops-after-data` keeps the
 * mail and hangs up without a word; `keeps-in-silence` keeps it and never answers, and `is-silent` not even
 * that.
 */
export type Conduct =
  | {
      readonly does:
        | 'accepts'
        | 'drops-before-data'
        | 'drops-after-data'
        | 'keeps-in-silence'
        | 'is-silent';
    }
  | {
      readonly does: 'refuses';
      readonly code: number;
      readonly at: 'connection' | 'sender' | 'recipient' | 'data';
      readonly words?: string;
    };

export interface MailServer extends AsyncDisposable {
  /** `smtp://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** What it kept, the oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** How many mails somebody began to hand it, and how many of them under TLS. */
  begun(): number;
  begunUnderTls(): number;
  logins(): number;
  /** How many connections there have been. */
  connections(): number;
  behave(conduct: Conduct): void;
  /** Resolves once so many mails were handed to it whole, kept or not. */
  isHanded(count: number): Promise<void>;
  /** Hangs up on all clients, and goes on listening. */
  hangUpOnAll(): Promise<void>;
  /** Resolves once no client is left. */
  isLeft(): Promise<void>;
}

export interface MailServerSettings {
  /** The port it had before, where it is to come back. */
  readonly port?: number;
  /** Offers STARTTLS with it; with `implicit`, TLS comes first. */
  readonly certificate?: Certificate;
  readonly implicit?: boolean;
  /** Takes nothing from anybody else. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** A mail server in this process, on a port of loopback that the system gives. */
export async function startMailServer(settings: MailServerSettings = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const counts = { begun: 0, begunUnderTls: 0, handed: 0, logins: 0, connections: 0 };
  const signals = new EventEmitter();
  let conduct: Conduct = { does: 'accepts' };

  const answer = (at: string, done: Done) => {
    if (conduct.does === 'refuses' && conduct.at === at) done(refusal(conduct));
    else done();
  };

  async function take(stream: AsyncIterable<Buffer>, session: SMTPServerSession, done: Done) {
    const mail = await receive(stream, session);
    const { does } = conduct;
    const isKept = does !== 'is-silent' && !(does === 'refuses' && conduct.at === 'data');
    if (isKept) mails.push(mail);
    counts.handed += 1;
    signals.emit('handed');
    if (does === 'drops-after-data') hangUp(server, session);
    else if (does !== 'is-silent' && does !== 'keeps-in-silence') answer('data', done);
  }

  const server = new SMTPServer({
    ...optionsOf(settings),
    onConnect(_, done) {
      counts.connections += 1;
      answer('connection', done);
    },
    onAuth({ username, password }, _, done) {
      counts.logins += 1;
      const { user, password: right } = settings.login ?? {};
      if (username === user && password === right) done(null, { user });
      else done(new Error(`${username ?? ''} is not known here`));
    },
    onMailFrom(_, session, done) {
      counts.begun += 1;
      if (session.secure) counts.begunUnderTls += 1;
      if (conduct.does === 'drops-before-data') hangUp(server, session);
      else answer('sender', done);
    },
    onRcptTo: (_, __, done) => answer('recipient', done),
    onData: (stream, session, done) => void take(stream, session, done),
  });
  // A client that hangs up is what some tests are about.
  server.on('error', () => undefined);
  const port = await listen(server, settings.port);

  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    begun: () => counts.begun,
    begunUnderTls: () => counts.begunUnderTls,
    logins: () => counts.logins,
    connections: () => counts.connections,
    behave(next) {
      conduct = next;
    },
    async isHanded(count) {
      while (counts.handed < count) await once(signals, 'handed');
    },
    hangUpOnAll: () => leave(server, 'at once'),
    isLeft: () => leave(server, 'by themselves'),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      await leave(server, 'at once');
      await closed;
    },
  };
}

type Done = (error?: Error | null) => void;

async function listen(server: SMTPServer, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new TypeError('No port was given.');
  return address.port;
}

/** Resolves once every client of now is gone. */
async function leave(server: SMTPServer, how: 'at once' | 'by themselves'): Promise<void> {
  const sockets = connectionsOf(server).map(({ _socket: socket }) => socket);
  const gone = sockets.filter(({ closed }) => !closed).map((socket) => once(socket, 'close'));
  if (how === 'at once') for (const socket of sockets) socket.destroy();
  await Promise.all(gone);
}

function optionsOf({
  certificate,
  implicit = false,
  login,
}: MailServerSettings): SMTPServerOptions {
  return {
    ...certificate,
    secure: implicit,
    disableReverseLookup: true,
    authOptional: login === undefined,
    disabledCommands: [
      ...(certificate ? [] : ['STARTTLS']),
      ...(login === undefined ? ['AUTH'] : []),
    ],
    allowInsecureAuth: true,
    closeTimeout: 1,
  };
}

async function receive(
  stream: AsyncIterable<Buffer>,
  { envelope }: SMTPServerSession,
): Promise<ReceivedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    parsed: await simpleParser(raw),
    raw: raw.toString('latin1'),
  };
}

function refusal({ code, words = 'No.' }: Conduct & { readonly does: 'refuses' }): Error {
  return Object.assign(new Error(words), { responseCode: code });
}

/** What the server keeps of each of its connections; its types do not tell. */
interface Connection {
  readonly id: string;
  readonly _socket: Socket;
}

function connectionsOf(server: SMTPServer): readonly Connection[] {
  return [...(server.connections as Set<Connection>)];
}

function hangUp(server: SMTPServer, { id }: SMTPServerSession): void {
  connectionsOf(server)
    .find((connection) => connection.id === id)
    ?._socket.destroy();
}
