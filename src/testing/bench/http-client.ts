import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A client that keeps its connections: what is measured is the server, not the handshake. */
export interface HttpClient extends Disposable {
  call(call: Call): Promise<Reply>;
}

export function createHttpClient(connections: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    call: (call) => send(agent, call),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function send(agent: Agent, { method = 'GET', url, headers, form }: Call): Promise<Reply> {
  const body = form && new URLSearchParams(form).toString();
  const type = body !== undefined && {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers: { ...headers, ...type } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** `client_secret_basic`, form-encoded as RFC 6749 §2.3.1 says. */
export function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
