import fc from 'fast-check';

/** Texts that have broken somebody's parser, and whatever else there is. */
const KNOWN = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\u202eevil',
    '\u200b',
    '\ufeff',
    'é',
    'e\u0301',
    '😀',
    '\ud800',
    '\udfff',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a[]',
    'a[b]=c',
    '[object Object]',
    'undefined',
    'null',
    'NaN',
  ],
  ...[
    "' or 1=1 --",
    '"; drop table users',
    '%',
    '%%',
    '%00',
    '%zz',
    '%ff',
    '\\',
    '../../etc/passwd',
  ],
  ...['\r\nX-Injected: yes', '\nX-Injected: yes', '<svg onload=alert(1)>', '<%= it %>', '${7*7}'],
  ...[
    '-1',
    '0',
    '1e999',
    '9007199254740993',
    '0x10',
    'true',
    '{}',
    '[]',
    '{"a":',
    'javascript:alert(1)',
  ],
  ...['http://[::1]:1', 'http://[', 'https://a@b:99999/', '//evil.example', 'urn:', 'data:,x'],
  ...['a.b', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'a@b', 'a@@b', '@', 'ada@example.com'],
];

const known = fc.constantFrom(...KNOWN);
const long = fc
  .tuple(known, fc.constantFrom(300, 3000, 20_000))
  .map(([text, length]) => `${text}${'a'.repeat(length)}`);

/** A text for a field, a parameter or a name. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: known, weight: 6 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 3 },
  { arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }), weight: 2 },
  { arbitrary: long, weight: 1 },
);

/** As it stands in an address or a form: encoded, in another encoding, or as it is. */
const encoded: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: hostileText.map(encode), weight: 6 },
  {
    arbitrary: fc.constantFrom(
      '%C0%AF',
      '%ED%A0%80',
      '%F8%80%80%80%80',
      '%E9',
      '%',
      '%1',
      '%u0041',
      '+',
    ),
    weight: 1,
  },
  { arbitrary: hostileText.map(asHeaderValue), weight: 1 },
);

/** Every byte of its UTF-8, by its percent sign. */
export function encode(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** What one line of a request's head can hold: bytes, and nothing that ends the line. */
export function asHeaderValue(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\0-\x1f\x7f]/g, '')
    .slice(0, 1500);
}

const pathText = encoded.map((text) => text.replaceAll(/[\s?#\0-\x20]/g, '').slice(0, 2000));

/** Spellings of a path that one reader may take for it and another not. */
export const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z]/, (letter) => encode(letter)),
  (path) => path.replaceAll('/', '%2f'),
  (path) => `${path}/..${path}`,
  (path) => `/.${path}`,
  (path) => `${path};a=b`,
  (path) => `${path}%00`,
  (path) => `${path}%20`,
  (path) => path.replaceAll('/', '\\'),
  (path) => `http://127.0.0.1${path}`,
];

const twist = fc.oneof(
  { arbitrary: fc.constant((path: string) => path), weight: 3 },
  {
    arbitrary: fc.constantFrom(
      ...SPELLINGS,
      () => '*',
      () => '',
      () => '//',
    ),
    weight: 1,
  },
);

const NAMES = [
  ...[
    'client_id',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
    'nonce',
    'prompt',
    'max_age',
    'claims',
  ],
  ...[
    'code_challenge',
    'code_challenge_method',
    'request',
    'request_uri',
    'resource',
    'login_hint',
    'ui_locales',
  ],
  ...[
    'id_token_hint',
    'post_logout_redirect_uri',
    'response_mode',
    'acr_values',
    'display',
    'dpop_jkt',
    '_b',
  ],
  ...[
    'grant_type',
    'code',
    'code_verifier',
    'refresh_token',
    'client_secret',
    'client_assertion',
    'token',
  ],
  ...[
    'client_assertion_type',
    'token_type_hint',
    'logout',
    'xsrf',
    'csrf',
    'login',
    'password',
    'email',
  ],
  ...['name', 'decision', 'current', 'new', 'again', 'link', 'tenant', 'next', 'return'],
];

const VALUES = [
  ...[
    'code',
    'openid',
    'openid offline_access',
    'none',
    'login consent',
    'S256',
    'plain',
    'form_post',
    'query',
  ],
  ...[
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'yes',
    'allow',
    '{"id_token":{"sub":null}}',
  ],
];

const name = fc.oneof(
  { arbitrary: fc.constantFrom(...NAMES), weight: 5 },
  { arbitrary: encoded, weight: 1 },
);
const value = fc.oneof(
  { arbitrary: fc.constantFrom(...VALUES), weight: 1 },
  { arbitrary: encoded, weight: 2 },
);

/** A query or a form; `sure` are pairs that somebody honest would send. */
export function fields(sure: readonly string[] = []): fc.Arbitrary<string> {
  const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${text}`);
  const honest = sure.length > 0 ? fc.subarray([...sure]) : fc.constant<string[]>([]);
  return fc.tuple(honest, fc.array(pair, { maxLength: 8 })).map((parts) => parts.flat().join('&'));
}

/** A request line's address: a path of ours, more or less, and a query. */
export function address(paths: readonly string[], sure: readonly string[]): fc.Arbitrary<string> {
  const path = fc
    .tuple(fc.constantFrom(...paths), pathText, twist)
    .map(([written, text, turn]) => turn(written.replaceAll(/:\w+/g, () => text || 'x')));
  const query = fc.option(fields(sure), { nil: undefined });
  return fc
    .tuple(path, query)
    .map(([place, asked]) =>
      (asked === undefined ? place : `${place}?${asked}`).replaceAll(/[\s\0]/g, '').slice(0, 6000),
    );
}

const deep = (depth: number) =>
  fc.constantFrom(`${'['.repeat(depth)}${']'.repeat(depth)}`, '{"a":'.repeat(depth));

/** Bodies that claim to be JSON. */
export const jsonBody: fc.Arbitrary<string> = fc.oneof(
  fc.json(),
  deep(10_000),
  fc.constantFrom(
    `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    `[1e${'9'.repeat(400)}]`,
    '{"__proto__":{"admin":true}}',
    '"\\ud800"',
  ),
);
