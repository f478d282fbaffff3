import fc from 'fast-check';
import { address, asHeaderValue, fields, hostileText, jsonBody } from './hostile.ts';

/** What an honest browser knows of the instance that is asked: most of what is sent is nearly right. */
export interface Acquaintance {
  readonly origin: string;
  readonly paths: readonly string[];
  /** A Cookie header. */
  readonly cookies: string;
  /** Pairs that forms and queries hold. */
  readonly sure: readonly string[];
}

/** Requests as they go over the wire, each character a byte. */
export function hostileRequests(known: Acquaintance): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: request(known), weight: 12 }, { arbitrary: garbage, weight: 1 });
}

const header = hostileText.map(asHeaderValue);

/** What is expected there, or something else. */
const nearly = (...texts: readonly string[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...texts), weight: 3 }, { arbitrary: header, weight: 1 });

const method = fc.oneof(
  { arbitrary: fc.constantFrom('GET', 'POST'), weight: 12 },
  { arbitrary: fc.constantFrom('HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'), weight: 2 },
  { arbitrary: fc.constantFrom('get', 'FOO', 'CONNECT', 'M-SEARCH', 'P\0ST', ''), weight: 1 },
);

type Line = readonly [name: string, value: string];

const line = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Line> =>
  value.map((text) => [name, text]);

/** What something of ours reads, and little else. */
function usualLines({ cookies, origin }: Acquaintance): fc.Arbitrary<readonly Line[]> {
  const numbers = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
  return fc.tuple(
    line('accept', nearly('text/html', 'text/html', 'application/json', '*/*', ';q=1')),
    line('cookie', nearly(cookies, cookies, `${cookies}; ${cookies}`, '=;;=', '_session=x')),
    line('sec-fetch-site', nearly('same-origin', 'same-origin', 'cross-site', 'none')),
    line('origin', nearly(origin, origin, 'null', 'https://evil.example')),
    // Each comes from somewhere else, so that none is turned away for those before it.
    line(
      'x-forwarded-for',
      numbers.map((parts) => `10.${parts.join('.')}`),
    ),
  );
}

const oddLine = fc.oneof(
  line(
    'authorization',
    nearly('Bearer', 'Bearer x', 'Basic', 'Basic OjpA', 'Basic %%', 'DPoP a.b.c'),
  ),
  line('dpop', nearly('a.b.c', 'eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.x')),
  line('referer', nearly('about:blank')),
  line('sec-fetch-dest', nearly('document', 'empty')),
  line('if-none-match', nearly('*', '"x"', 'W/"x"')),
  line('if-modified-since', nearly('Thu, 01 Jan 1970 00:00:00 GMT')),
  line('range', nearly('bytes=0-0', 'bytes=9-1')),
  line('forwarded', nearly('for=[::1]')),
  line('x-forwarded-for', nearly('[::1', '1.2.3.4, unknown')),
  line('x-forwarded-host', nearly('evil.example')),
  line('x-forwarded-proto', nearly('http', 'https', 'ftp')),
  line('x-http-method-override', nearly('DELETE')),
  line('accept-language', nearly('de', '*')),
  line('user-agent', nearly('Mozilla/5.0 (X11; Linux x86_64)')),
  line('access-control-request-method', nearly('POST')),
  line('content-encoding', nearly('gzip', 'identity')),
  line('expect', nearly('100-continue')),
  line('upgrade', nearly('h2c', 'websocket')),
  line('connection', nearly('upgrade', 'keep-alive', 'close')),
);

const FORM = 'application/x-www-form-urlencoded';

/** A media type, and what claims to be of it. */
function content({ sure }: Acquaintance): fc.Arbitrary<Line> {
  return fc.oneof(
    { arbitrary: fc.tuple(nearly(FORM, FORM, FORM), fields(sure)), weight: 6 },
    {
      arbitrary: fc.tuple(nearly('application/json', 'application/json; charset=utf-16'), jsonBody),
      weight: 2,
    },
    {
      arbitrary: fc.tuple(nearly('multipart/form-data; boundary=x', 'text/plain'), hostileText),
      weight: 1,
    },
    { arbitrary: fc.constant<Line>([FORM, 'a='.repeat(40_000)]), weight: 1 },
  );
}

type Framing = (length: number, body: string) => { readonly head: string; readonly body: string };

const chunks = (length: number, body: string) =>
  `${length > 0 ? `${length.toString(16)}\r\n${body}\r\n` : ''}0\r\n\r\n`;
const honest: Framing = (length, body) => ({ head: `content-length: ${length}\r\n`, body });
const chunked: Framing = (length, body) => ({
  head: 'transfer-encoding: chunked\r\n',
  body: chunks(length, body),
});

/** How a body is sent, and what the server is told of where it ends. */
const framing = fc.oneof(
  { arbitrary: fc.constant(honest), weight: 8 },
  { arbitrary: fc.constant(chunked), weight: 2 },
  {
    arbitrary: fc.constantFrom<Framing[]>(
      (length, body) => ({ head: `content-length: ${length >> 1}\r\n`, body }),
      (length, body) => ({ head: `content-length: ${length + 9}\r\n`, body }),
      (length, body) => ({
        head: `content-length: ${length}\r\ntransfer-encoding: chunked\r\n`,
        body: chunks(length, body),
      }),
      (_, body) => ({ head: '', body }),
      (_, body) => ({ head: 'transfer-encoding: xchunked\r\n', body }),
      (_, body) => ({ head: 'transfer-encoding: chunked\r\n', body: `zz\r\n${body}` }),
    ),
    weight: 2,
  },
);

/** Well formed more often than not, and carrying whatever fits into a request. */
function request(known: Acquaintance): fc.Arbitrary<string> {
  const parts = fc.record({
    method,
    address: address(known.paths, known.sure),
    usual: usualLines(known),
    odd: fc.array(oddLine, { maxLength: 3 }),
    content: content(known),
    framing,
  });
  return parts.map(({ method, address, usual, odd, content: [type, text], framing }) => {
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const bytes = Buffer.from(hasBody ? text : '');
    const sent = hasBody ? framing(bytes.length, bytes.toString('latin1')) : { head: '', body: '' };
    const lines: readonly Line[] = [
      ['host', new URL(known.origin).host],
      ...usual,
      ...odd,
      ...(hasBody ? ([['content-type', type]] as const) : []),
    ];
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `${method} ${address} HTTP/1.1\r\n${head}${sent.head}\r\n${sent.body}`;
  });
}

/** Hardly a request at all. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    'GET /\r\n\r\n',
    'GET / HTTP/0.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost:\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'GET / HTTP/2.0\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    'POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\n${'x: y\r\n'.repeat(3000)}\r\n`,
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ),
);
