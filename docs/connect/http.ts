import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Listens at loopback, on the port the system gives when `port` is 0, and says where. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new Error(`Port ${port} of localhost can't be listened on.`, { cause }));
    });
    server.listen(port, 'localhost', () => {
      resolve(`http://localhost:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Stops listening, and ends the connections that browsers keep open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** A form's body, as text; more than any form of ours holds is refused. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 65_536) throw new Error('That is more than a form holds.');
  }
  return text;
}

export function sendPage(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(text);
}

export function redirect(response: ServerResponse, to: URL | string, cookies: string[]): void {
  response
    .writeHead(303, { location: String(to), 'set-cookie': cookies, 'cache-control': 'no-store' })
    .end();
}

/** Own styles and nothing else; forms lead here and, by redirect, to the provider. */
export function secureHeaders(response: ServerResponse, issuer: string): void {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `form-action 'self' ${new URL(issuer).origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  response.setHeader('content-security-policy', policy.join('; '));
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
}
