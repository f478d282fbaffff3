import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly key: string;
  /** Also what a client has to trust, for it signed itself. */
  readonly cert: string;
}

/** A certificate for these names, made by openssl here and now, and good for two days. */
export async function makeCertificate(hosts: readonly string[]): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'avian-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  try {
    const names = hosts.map((host) => `DNS:${host}`).join(',');
    const kind =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=avian-test';
    const output = ['-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert];
    await run('openssl', [...kind.split(' '), ...output]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A proxy that ends TLS, as one stands in front of Avian in production: several names on one port. */
export interface Front extends AsyncDisposable {
  readonly hosts: readonly string[];
  readonly ca: string;
  /** The address of one of its names; known before anything answers there. */
  origin(host: string): string;
  /** Hands a name's requests to a plain server, with the `X-Forwarded-*` headers of an honest proxy. */
  serve(host: string, target: string): void;
}

export async function createFront(hosts: readonly string[]): Promise<Front> {
  const { key, cert } = await makeCertificate(hosts);
  const targets = new Map<string, URL>();
  const server = createServer({ key, cert }, (request, response) => {
    const host = request.headers.host?.replace(/:\d+$/, '') ?? '';
    const target = targets.get(host);
    if (target) forward(target, request, response);
    else response.writeHead(502).end('Nobody is behind this name.');
  });
  const port = await listen(server);

  return {
    hosts,
    ca: cert,
    origin: (host) => `https://${host}:${port}`,
    serve: (host, target) => void targets.set(host, new URL(target)),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function forward(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers, socket } = request;
  const outgoing = requestHttp(
    {
      host: target.hostname,
      port: target.port,
      method,
      path,
      headers: {
        ...headers,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': headers.host,
        'x-forwarded-for': socket.remoteAddress,
      },
    },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.pipe(response);
    },
  );
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end('The server behind this name does not answer.');
  });
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new TypeError('No port was given.'));
    });
  });
}
