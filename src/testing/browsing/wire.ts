import { Agent, type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { isLoopback } from './site.ts';

export interface Message {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Which names lead to this machine besides the loopback ones, and whose certificates count. */
export interface Network {
  readonly hosts?: readonly string[];
  readonly ca?: string;
}

/** Whether anybody here answers under that address; a test never asks the world outside. */
export function isServed({ protocol, hostname }: URL, { hosts = [] }: Network): boolean {
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return isLoopback(hostname) || hosts.includes(hostname);
}

/** Sends one request as it stands and reads the whole answer; follows nothing. */
export function send(message: Message, network: Network): Promise<Answer> {
  const { url, method, headers, body } = message;
  if (!isServed(url, network))
    return Promise.reject(new Error(`Nobody here answers for ${url.origin}.`));
  const tls = url.protocol === 'https:';
  const options = {
    method,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    },
    agent: tls ? new TlsAgent({ keepAlive: false }) : new Agent({ keepAlive: false }),
    ...(tls && network.ca !== undefined && { ca: network.ca }),
    ...(!isLoopback(url.hostname) && {
      hostname: '127.0.0.1',
      servername: url.hostname,
      setHost: false,
    }),
  };
  const host = headers['host'] ?? url.host;
  return new Promise((resolve, reject) => {
    const outgoing = (tls ? requestHttps : requestHttp)(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.setHeader('host', host);
    outgoing.end(body);
  });
}

/** `fetch` over the same network: for clients that take one of their own. */
export function createFetch(network: Network): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.text();
    const answer = await send(
      {
        method: request.method,
        url: new URL(request.url),
        headers: Object.fromEntries(request.headers),
        ...(body !== '' && { body }),
      },
      network,
    );
    const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    );
    const empty = answer.status === 204 || answer.status === 304;
    return new Response(empty ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers,
    });
  };
}
