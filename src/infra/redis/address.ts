/** What a Redis URL says: which servers, how they stand to each other, and who we are to them. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** The server; or the sentinels to ask; or some nodes of the cluster, which name the others. */
  readonly nodes: readonly Node[];
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** The name sentinels know the master by. */
  readonly master?: string;
  /** Sentinels have users of their own; they are not shown the master's password. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

export interface Node {
  readonly host: string;
  readonly port: number;
}

const FORM =
  /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(\/[^?#]*)?(?:\?([^#]*))?$/;
const NODE = /^(?:\[([0-9a-f:.]+)\]|([^\s[\]:]+))(?::([0-9]{1,5}))?$/i;

/**
 * Reads `redis://[user:password@]host[:port][/db]`, the same with `rediss` (TLS), and with several
 * comma-separated hosts `redis+sentinel://…/master[/db][?sentinel_username=…&sentinel_password=…]` and
 * `redis+cluster://…`. Throws a TypeError that says what is wrong and repeats nothing of the URL.
 */
export function readRedisUrl(url: string): RedisAddress {
  const [, scheme, kind = 'single', user, hosts, path = '', query = ''] = FORM.exec(url) ?? [];
  if (hosts === undefined) throw new TypeError('A Redis URL looks like redis://host:6379.');

  const nodes = hosts.split(',').map((host) => readNode(host, kind === 'sentinel' ? 26379 : 6379));
  if (kind === 'single' && nodes.length > 1) {
    throw new TypeError('Several Redis hosts need redis+sentinel:// or redis+cluster://.');
  }
  return {
    kind: kind as RedisAddress['kind'],
    tls: scheme === 'rediss',
    nodes,
    ...readUser(user),
    ...readPath(kind, path),
    ...readQuery(kind, query),
  };
}

function readNode(text: string, usual: number): Node {
  const [, address, name, digits] = NODE.exec(text) ?? [];
  const host = address ?? name;
  const port = digits === undefined ? usual : Number(digits);
  if (host === undefined || port < 1 || port > 65535) {
    throw new TypeError('A Redis host is written host:port, with a port from 1 to 65535.');
  }
  return { host, port };
}

function readUser(text: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  if (colon < 0) throw new TypeError('A Redis URL names user:password, or :password alone.');
  const username = decoded(text.slice(0, colon));
  const password = decoded(text.slice(colon + 1));
  return { ...(username && { username }), ...(password && { password }) };
}

function readPath(kind: string, path: string): Pick<RedisAddress, 'db' | 'master'> {
  const steps = path
    .split('/')
    .slice(1)
    .filter((step) => step !== '');
  const master = kind === 'sentinel' ? decoded(steps.shift() ?? '') : undefined;
  const [number = '0', ...rest] = steps;
  if (master === '') throw new TypeError("A sentinel URL ends with the master's name.");
  if (rest.length > 0 || !/^[0-9]{1,5}$/.test(number)) {
    throw new TypeError('The path of a Redis URL is the number of a database.');
  }
  if (kind === 'cluster' && number !== '0')
    throw new TypeError('A Redis cluster has database 0 only.');
  return { db: Number(number), ...(master !== undefined && { master }) };
}

function readQuery(
  kind: string,
  query: string,
): Pick<RedisAddress, 'sentinelUsername' | 'sentinelPassword'> {
  const options = new URLSearchParams(query);
  const username = options.get('sentinel_username');
  const password = options.get('sentinel_password');
  options.delete('sentinel_username');
  options.delete('sentinel_password');
  if (options.size > 0 || (kind !== 'sentinel' && query !== '')) {
    throw new TypeError('A Redis URL has an option that is not known.');
  }
  return {
    ...(username !== null && { sentinelUsername: username }),
    ...(password !== null && { sentinelPassword: password }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The URIError would repeat the text, which may be a password.
    throw new TypeError('A Redis URL holds a % that is not followed by two hexadecimal digits.');
  }
}
