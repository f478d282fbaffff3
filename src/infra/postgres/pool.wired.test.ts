import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInput, Unavailable } from '#src/kernel/faults.ts';
import { aDatabase } from '#src/testing/database.ts';
import { aBench, aLedger, SYSTEM } from './bench.ts';
import { connect, createPool, type Patience } from './pool.ts';
import { client } from './units.ts';

/** Waits for nothing, and remembers for how long it was asked to. */
function patience(luck = 0): Patience & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    random: () => luck,
  };
}

const NOWHERE = 'postgres://avian:hush@/avian?host=/nowhere/at/all';

describe('connect', () => {
  test('answers with a pool once the database has answered', async () => {
    const pool = await connect({ url: await aDatabase() }, aLedger(), patience());
    expect((await pool.query('select count(*) as n from tenants')).rows).toEqual([
      { n: expect.any(Number) },
    ]);
    await pool.end();
  });

  test('tries five times, each pause twice the last, then says so in one line', async () => {
    const waiting = patience();
    const logger = aLedger();
    const fault = await connect({ url: NOWHERE }, logger, waiting).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Unavailable);
    expect(String(fault)).toMatch(
      /^Unavailable: Postgres did not answer, 5 tries made: connect ENOENT .*$/,
    );
    expect(String(fault)).not.toContain('hush');
    expect(waiting.pauses).toEqual([125, 250, 500, 1000]);
    expect(logger.lines).toHaveLength(4);
  });

  test('spreads the tries of nodes that start together', async () => {
    const waiting = patience(0.5);
    await expect(connect({ url: NOWHERE }, aLedger(), waiting)).rejects.toThrow(Unavailable);
    expect(waiting.pauses).toEqual([187.5, 375, 750, 1500]);
  });

  test('gives up a server that takes the call and says nothing', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    const url = `postgres://avian@127.0.0.1:${await listen(mute)}/avian`;
    const trying = connect({ url, connectTimeoutMs: 20 }, aLedger(), patience());
    await expect(trying).rejects.toThrow('5 tries made: timeout expired');
    await promisify(mute.close.bind(mute))();
  });

  test('does not try again what can never be', async () => {
    const waiting = patience();
    const never = connect({ url: 'postgres://db/avian?sslmode=perhaps' }, aLedger(), waiting);
    await expect(never).rejects.toThrow(InvalidInput);
    expect(waiting.pauses).toEqual([]);
  });
});

describe('a pool', () => {
  test('notes an idle connection that is lost, and serves on', async () => {
    await using bench = await aBench({ poolSize: 1 });
    const pid = () =>
      bench.units.once(
        SYSTEM,
        async (unit) =>
          (await client(unit).query('select pg_backend_pid() as pid')).rows[0]?.['pid'],
      );
    const before = await pid();
    await using other = await aBench();
    await other.pool.query('select pg_terminate_backend($1, 5000)', [before]);
    await expect.poll(() => bench.logger.lines).toEqual(['An idle database connection was lost']);
    expect(await pid()).not.toBe(before);
  });

  test('keeps no more connections than it may', async () => {
    const pool = createPool({ url: await aDatabase(), poolSize: 2 }, aLedger());
    await Promise.all(Array.from({ length: 8 }, () => pool.query('select 1')));
    expect(pool.totalCount).toBe(2);
    await pool.end();
  });
});

describe('TLS to a server', () => {
  let certificate: { key: string; cert: string };
  let server: Server;
  let address: string;

  beforeAll(async () => {
    certificate = await aCertificate('localhost');
    server = createServer((socket) => greetInTls(socket, certificate));
    address = `localhost:${await listen(server)}/avian`;
  });
  afterAll(() => promisify(server.close.bind(server))());

  const ending = (url: string, tls?: { ca?: string }) =>
    connect({ url, ...(tls && { tls }) }, aLedger(), patience()).catch(String);

  test('is taken up with one whose certificate the CA vouches for', async () => {
    expect(await ending(`postgres://avian@${address}`, { ca: certificate.cert })).toContain(
      'spoken in TLS',
    );
  });

  test('is broken off where nobody vouches for its certificate', async () => {
    expect(await ending(`postgres://avian@${address}`, {})).toContain('self-signed certificate');
    expect(await ending(`postgres://avian@${address}?sslmode=require`)).toContain(
      'self-signed certificate',
    );
  });

  test('is broken off where the certificate is another host’s', async () => {
    const elsewhere = address.replace('localhost', '127.0.0.1');
    const ended = await ending(`postgres://avian@${elsewhere}`, { ca: certificate.cert });
    expect(ended).toContain('does not match certificate');
  });
});

/** A self-signed certificate for one name, good for two days. */
async function aCertificate(host: string): Promise<{ key: string; cert: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'avian-tls-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const kind =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=avian-test';
  const names = ['-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', [...kind.split(' '), ...names]);
  const made = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(dir, { recursive: true });
  return made;
}

/** Answers a request for TLS as Postgres does, and all that is said in TLS with one error. */
function greetInTls(socket: Socket, certificate: { key: string; cert: string }): void {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    socket.write('S');
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext(certificate),
    });
    secure.on('error', () => undefined);
    secure.once('data', () => {
      const fields = 'SFATAL\0C28000\0Mspoken in TLS\0\0';
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeInt32BE(fields.length + 4, 1);
      secure.end(Buffer.concat([head, Buffer.from(fields)]));
    });
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}
