import { resourceFault, scopeFault } from '#src/features/resources/index.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import { isUuid, type TenantId } from '#src/kernel/ids.ts';
import { normaliseName } from '#src/kernel/text.ts';
import { callFault, originFault, originsOf, redirectFault } from './addresses.ts';
import { type Client, KINDS, type Kind } from './client.ts';
import { Faults } from './faults.ts';
import { type Jwk, keySetFault, publicKey } from './keys.ts';

/** An application as somebody wants it registered; what is left out has its kind's preset. */
export interface ClientDraft {
  readonly kind: string;
  readonly name: string;
  readonly tenantId?: TenantId;
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly backchannelLogoutUri?: string;
  readonly scopes?: readonly string[];
  readonly resources?: readonly string[];
  readonly firstParty?: boolean;
  readonly requirePkce?: boolean;
  /** Public keys: the application proves itself by private_key_jwt, and gets no secret. */
  readonly jwks?: { readonly keys: readonly Jwk[] };
  readonly idTokenAlg?: string;
  readonly requirePar?: boolean;
  readonly dpopBound?: boolean;
  readonly corsOrigins?: readonly string[];
  readonly claimsAtUserinfo?: boolean;
}

/** What a judged draft says of the client. */
export type Registration = Omit<Client, 'id' | 'status' | 'createdAt' | 'updatedAt'>;

const ALGORITHMS = ['RS256', 'ES256'] as const;
const SIGN_IN_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** Whether a client of this kind can keep a secret (RFC 6749 §2.1). */
export function isConfidential(kind: Kind): boolean {
  return kind === 'web' || kind === 'machine';
}

/** What may be changed of a client: all but its kind and its tenant. `null` takes away what it can be without. */
export type ClientChanges = Partial<
  Omit<ClientDraft, 'kind' | 'tenantId' | 'backchannelLogoutUri' | 'jwks'>
> & {
  readonly backchannelLogoutUri?: string | null;
  readonly jwks?: ClientDraft['jwks'] | null;
};

/** The draft of a client with changes to it: judged as one that is new. */
export function changedDraft(client: Client, changes: ClientChanges): ClientDraft {
  const { id: _id, status: _status, createdAt: _made, updatedAt: _changed, ...draft } = client;
  const { backchannelLogoutUri = null, jwks = null, ...others } = { ...draft, ...changes };
  const { corsOrigins, ...rest } = others;
  const isPreset = changes.corsOrigins === undefined && hasPresetOrigins(client);
  return {
    ...rest,
    ...(!isPreset && { corsOrigins }),
    ...(backchannelLogoutUri !== null && { backchannelLogoutUri }),
    ...(jwks !== null && { jwks }),
  };
}

/** Origins that came of its redirect URIs go with them. */
function hasPresetOrigins({ kind, redirectUris, corsOrigins }: Client): boolean {
  return kind === 'spa' && JSON.stringify(originsOf(redirectUris)) === JSON.stringify(corsOrigins);
}

/**
 * Refuses scopes that none of the client's resources offers, where each of these is registered: `InvalidInput`
 * by field. One that is registered nowhere may mean anything by any word (ADR 0047).
 */
export function judgeOffers(
  { scopes, resources }: Pick<Client, 'scopes' | 'resources'>,
  offered: ReadonlyMap<string, readonly string[]>,
): void {
  if (resources.length === 0 || resources.some((resource) => !offered.has(resource))) return;
  const known = new Set([...SIGN_IN_SCOPES, ...[...offered.values()].flat()]);
  const faults = new Faults();
  faults.each('scopes', scopes, (scope) =>
    known.has(scope) ? undefined : 'None of its APIs offers this.',
  );
  if (Object.keys(faults.found).length > 0)
    throw new InvalidInput('The application is not valid.', faults.found);
}

/** The client that a draft describes; throws `InvalidInput` with every fault of it by field. */
export function judgeClient(draft: ClientDraft): Registration {
  const faults = new Faults();
  const kind = KINDS.find((known) => known === draft.kind);
  if (kind === undefined) faults.add('kind', `Use one of ${KINDS.join(', ')}.`);
  else judgeByKind(draft, kind, faults);
  judgeAlways(draft, faults);

  if (kind === undefined || Object.keys(faults.found).length > 0) {
    throw new InvalidInput('The application is not valid.', faults.found);
  }
  return registrationOf(draft, kind);
}

function judgeAlways(draft: ClientDraft, faults: Faults): void {
  const name = normaliseName(draft.name);
  if (name === '' || name.length > 200) faults.add('name', 'Use 1 to 200 characters.');
  if (draft.tenantId !== undefined && !isUuid(draft.tenantId)) {
    faults.add('tenantId', 'This is no tenant’s id.');
  }
  faults.each('scopes', draft.scopes ?? [], scopeFault);
  faults.each('resources', draft.resources ?? [], resourceFault);
  faults.each('corsOrigins', draft.corsOrigins ?? [], originFault);
  if (draft.backchannelLogoutUri !== undefined) {
    faults.add('backchannelLogoutUri', callFault(draft.backchannelLogoutUri));
  }
  if (draft.jwks !== undefined) faults.add('jwks', keySetFault(draft.jwks.keys));
  if (algorithmOf(draft) === undefined) {
    faults.add('idTokenAlg', `Use one of ${ALGORITHMS.join(', ')}.`);
  }
}

function judgeByKind(draft: ClientDraft, kind: Kind, faults: Faults): void {
  const { redirectUris = [], postLogoutRedirectUris = [], scopes = [] } = draft;
  const fault = (uri: string) => redirectFault(uri, kind);
  faults.each('redirectUris', redirectUris, fault);
  faults.each('postLogoutRedirectUris', postLogoutRedirectUris, fault);

  if (!isConfidential(kind)) {
    if (draft.jwks !== undefined) faults.add('jwks', `A ${kind} application holds no key.`);
    if (draft.requirePkce === false) faults.add('requirePkce', `A ${kind} application needs PKCE.`);
  }
  if (kind !== 'machine') {
    if (redirectUris.length === 0) faults.add('redirectUris', 'Give at least one.');
    return;
  }
  const none = 'A machine has no browser to send anywhere.';
  if (redirectUris.length > 0) faults.add('redirectUris', none);
  if (postLogoutRedirectUris.length > 0) faults.add('postLogoutRedirectUris', none);
  if (draft.backchannelLogoutUri !== undefined) faults.add('backchannelLogoutUri', none);
  if (scopes.some((scope) => SIGN_IN_SCOPES.includes(scope))) {
    faults.add('scopes', `Nobody signs in to a machine: leave out ${SIGN_IN_SCOPES.join(', ')}.`);
  }
}

function registrationOf(draft: ClientDraft, kind: Kind): Registration {
  const { tenantId, jwks } = draft;
  return {
    ...(tenantId !== undefined && { tenantId }),
    kind,
    name: normaliseName(draft.name),
    ...addressesOf(draft, kind),
    scopes: once(draft.scopes ?? (kind === 'machine' ? [] : SIGN_IN_SCOPES)),
    resources: once(draft.resources ?? []),
    ...switchesOf(draft),
    idTokenAlg: algorithmOf(draft) ?? 'RS256',
    ...(jwks !== undefined && { jwks: { keys: jwks.keys.map(publicKey) } }),
  };
}

function addressesOf(draft: ClientDraft, kind: Kind) {
  const { backchannelLogoutUri, redirectUris = [] } = draft;
  const own = kind === 'spa' ? originsOf(redirectUris) : [];
  return {
    redirectUris: once(redirectUris),
    postLogoutRedirectUris: once(draft.postLogoutRedirectUris ?? []),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    corsOrigins: once(draft.corsOrigins ?? own),
  };
}

function switchesOf(draft: ClientDraft) {
  return {
    firstParty: draft.firstParty ?? false,
    requirePkce: draft.requirePkce ?? true,
    requirePar: draft.requirePar ?? false,
    dpopBound: draft.dpopBound ?? false,
    claimsAtUserinfo: draft.claimsAtUserinfo ?? false,
  };
}

function algorithmOf({ idTokenAlg = 'RS256' }: ClientDraft): Client['idTokenAlg'] | undefined {
  return ALGORITHMS.find((known) => known === idTokenAlg);
}

function once(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
