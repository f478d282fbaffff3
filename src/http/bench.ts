import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { onTestFinished } from 'vitest';
import { rulesScript } from '#src/features/passwords/script.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import type { LogFields, Logger } from '#src/kernel/ports.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createAccessLog } from './access-log.ts';
import { createAssets } from './assets.ts';
import { createCookies } from './cookies.ts';
import { createCsrf } from './csrf.ts';
import { createFaultBoundary } from './faults.ts';
import { createHeaders } from './headers.ts';
import { createHostPin } from './host.ts';
import { createHttpsOnly } from './https.ts';
import { createPages } from './page.ts';
import { createProxyTrust, type TrustProxy } from './proxy.ts';
import { createRequestId } from './request-id.ts';

export const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url));

export interface Line extends LogFields {
  readonly level: string;
  readonly message: string;
}

/** A logger that keeps its lines. */
export function createListeningLogger(): Logger & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const log = (level: string) => (fields: LogFields, message: string) => {
    lines.push({ ...fields, level, message });
  };
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

export interface ToolkitSettings {
  readonly issuer?: string;
  readonly trust?: TrustProxy;
  readonly product?: string;
}

/** The toolkit put together as the product does it, for an issuer that needs no such server. */
export function createToolkit({
  issuer: origin = 'http://id.example.test',
  trust = { kind: 'none' },
  product = 'Avian',
}: ToolkitSettings = {}) {
  const issuer = new URL(origin);
  const secure = issuer.protocol === 'https:';
  const logger = createListeningLogger();
  const digest = createDigest(Buffer.alloc(32, 7));
  const ids = createIds();
  const cookies = createCookies({ secure, sameSite: 'strict' });
  const csrf = createCsrf({ digest, ids, cookies, issuer });
  const assets = createAssets({ dir: `${VIEWS}assets`, more: [rulesScript], digest });
  const page = createPages({ dir: VIEWS, assets, csrf, issuer, product });
  const context = { run: <T>(_: string, work: () => T) => work() };
  const stack: Middleware[] = [
    createRequestId({ ids, context }),
    createAccessLog({ logger, clock: createTestClock() }),
    createHeaders({ issuer, popups: ['/auth', '/interaction', '/session/end'] }),
    createFaultBoundary({ page, logger }),
    createProxyTrust(trust),
    createHostPin({ issuer }),
    createHttpsOnly({ issuer, enforced: true }),
    assets.serve,
  ];
  return { issuer, logger, digest, ids, cookies, csrf, assets, page, stack };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Served {
  readonly port: number;
  /** Sends one request; the Host header is the toolkit's issuer unless told. */
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Sends bytes as they are, and answers with the bytes that come back until the other end closes. */
  raw(bytes: string): Promise<string>;
}

type Part = Middleware | Router;

/** Serves `parts` on a port of the system's choice until the test is over. */
export async function serve(...parts: readonly Part[]): Promise<Served> {
  return serveAt(() => parts);
}

/** The same for parts that must know where they are served. */
export async function serveAt(build: (origin: string) => readonly Part[]): Promise<Served> {
  const server = createServer();
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const app = new Koa({ proxy: true });
  app.silent = true;
  for (const part of build(`http://127.0.0.1:${port}`)) {
    if (part instanceof Router) app.use(part.routes()).use(part.allowedMethods());
    else app.use(part);
  }
  const answer = app.callback();
  server.on('request', (req, res) => void answer(req, res));
  return { port, ask: (path, ask) => send(port, path, ask), raw: (bytes) => sendRaw(port, bytes) };
}

export function form(fields: Readonly<Record<string, string>>): Ask {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  };
}

async function send(
  port: number,
  path: string,
  { method, headers, body }: Ask = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const req = request({
    ...{ host: '127.0.0.1', port, path, agent: false },
    method: method ?? 'GET',
    headers: { host: 'id.example.test', ...lengthOf(body, headers), ...headers },
  });
  req.on('response', resolve).on('error', reject);
  req.end(body);
  const response = await promise;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** Said for every method, as browsers do; Node leaves it out of a DELETE. */
function lengthOf(body: Ask['body'], headers: Ask['headers'] = {}): Record<string, string> {
  if (body === undefined || 'transfer-encoding' in headers) return {};
  return { 'content-length': String(Buffer.byteLength(body)) };
}

async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
