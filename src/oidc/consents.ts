import { userId } from '#src/kernel/ids.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { People } from './account.ts';
import { lookUp } from './adapter.grants.ts';
import { ownMetadata } from './client-metadata.ts';
import type { EngineContext, EngineGrant } from './engine.ts';
import type { Consent, TokenStore } from './store.ts';

export interface ConsentDeps {
  readonly units: Units;
  readonly tokens: Pick<TokenStore, 'findConsent'>;
  readonly people: People;
}

/**
 * Finds what a request may already have, or makes it.
 *
 * A grant belongs to one session and client, so that ending the session ends it. What a person
 * allowed is kept apart, as a consent, and a new session's grant is filled from it: nobody is asked
 * the same thing twice. Our own applications and single-page ones that only want to stay signed in
 * are not asked at all (R22, ADR 0029).
 */
export function createLoadGrant(deps: ConsentDeps) {
  return async (context: EngineContext): Promise<EngineGrant | undefined> => {
    const { client, session, provider, result } = context.oidc;
    const accountId = session?.accountId;
    if (!client || !session || accountId === undefined) return undefined;

    const held = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const found = held === undefined ? undefined : await provider.Grant.find(held);
    const grant = found ?? new provider.Grant({ accountId, clientId: client.clientId });

    const before = JSON.stringify(grant);
    grantKnown(grant, context, await consentOf(accountId, client.clientId));
    if (!found && isEmpty(grant)) return undefined;
    if (!found || JSON.stringify(grant) !== before) await grant.save();
    return grant;
  };

  function consentOf(accountId: string, clientId: string): Promise<Consent | undefined> {
    return deps.units.run(lookUp, (unit) =>
      deps.tokens.findConsent(unit, userId(accountId), clientId),
    );
  }
}

/** Grants of what is asked what need not be asked: all of it to our own, and what was allowed before to others. */
function grantKnown(
  grant: EngineGrant,
  context: EngineContext,
  consent: Consent | undefined,
): void {
  const { client, requestParamOIDCScopes, requestParamClaims, requestParamScopes } = context.oidc;
  if (!client) return;
  const { avian_first_party: ours, avian_kind: kind } = ownMetadata(client);
  const implied = kind === 'spa' ? ['offline_access'] : [];
  const may = (allowed: readonly string[]) => (name: string) => ours || allowed.includes(name);

  const scopes = [...requestParamOIDCScopes].filter(may([...(consent?.scopes ?? []), ...implied]));
  if (scopes.length > 0) grant.addOIDCScope(scopes);
  const claims = [...requestParamClaims].filter(may(consent?.claims ?? []));
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, server] of Object.entries(context.oidc.resourceServers ?? {})) {
    const offered = new Set(server.scopes);
    const asked = [...requestParamScopes].filter((scope) => offered.has(scope));
    const granted = asked.filter(may(consent?.resources[resource] ?? []));
    if (granted.length > 0) grant.addResourceScope(resource, granted);
  }
}

function isEmpty(grant: EngineGrant): boolean {
  return grant.openid === undefined && grant.resources === undefined;
}
