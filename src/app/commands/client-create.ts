import { InvalidInput } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';
import { tenantNamed } from './tenant-named.ts';

/** What is left out has its kind's preset. */
export interface ClientOptions {
  readonly kind: string;
  readonly name: string;
  /** The slug of the one tenant whose users may enter. */
  readonly tenant?: string;
  readonly redirectUri?: readonly string[];
  readonly postLogoutRedirectUri?: readonly string[];
  readonly backchannelLogoutUri?: string;
  /** Scopes in one text, as OAuth writes them. */
  readonly scope?: string;
  readonly resource?: readonly string[];
  readonly firstParty?: boolean;
  readonly pkce?: boolean;
  /** The text of a file with public keys. */
  readonly jwks?: string;
  readonly idTokenAlg?: string;
  readonly requirePar?: boolean;
  readonly dpop?: boolean;
  readonly corsOrigin?: readonly string[];
}

/** Named as RFC 7591 names them. */
interface CreatedClient {
  readonly client_id: string;
  readonly client_secret?: string;
}

/** Registers an application. Its secret, where it has one, is told here and never again. */
export async function run(
  { tenancy, clients }: Pick<Rooms, 'tenancy' | 'clients'>,
  options: ClientOptions,
): Promise<CreatedClient> {
  const { tenant, jwks, scope } = options;
  const { client, secret } = await clients.create({
    kind: options.kind,
    name: options.name,
    ...given({
      tenantId: tenant === undefined ? undefined : (await tenantNamed(tenancy, tenant)).id,
      redirectUris: options.redirectUri,
      postLogoutRedirectUris: options.postLogoutRedirectUri,
      backchannelLogoutUri: options.backchannelLogoutUri,
      scopes: scope?.split(/\s+/).filter((word) => word !== ''),
      resources: options.resource,
      firstParty: options.firstParty,
      requirePkce: options.pkce,
      jwks: jwks === undefined ? undefined : keySetOf(jwks),
      idTokenAlg: options.idTokenAlg,
      requirePar: options.requirePar,
      dpopBound: options.dpop,
      corsOrigins: options.corsOrigin,
    }),
  });
  return { client_id: client.id, ...(secret !== undefined && { client_secret: secret }) };
}

export function say({ client_id: id, client_secret: secret }: CreatedClient): string {
  if (secret === undefined) return `client_id      ${id}`;
  return `client_id      ${id}\nclient_secret  ${secret}\nThe secret is not shown again.`;
}

type Given<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** Without those that are undefined: a preset holds only where nothing is said. */
function given<Options extends object>(options: Options): Given<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Given<Options>;
}

type Jwk = Readonly<Record<string, unknown>>;

/** A key set, or a single key, as RFC 7517 writes them. What the keys must be, the room judges. */
function keySetOf(text: string): { readonly keys: readonly Jwk[] } {
  const held = readJson(text);
  const keys = isRecord(held) && 'kty' in held ? [held] : isRecord(held) ? held['keys'] : undefined;
  if (Array.isArray(keys) && keys.every(isRecord)) return { keys };
  throw new InvalidInput('The application is not valid.', {
    jwks: 'The file holds no JSON Web Key Set.',
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would repeat what it read.
    return undefined;
  }
}

function isRecord(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
