import { ownMetadata } from './client-metadata.ts';
import { type EngineContext, interactionPolicy } from './engine.ts';

/**
 * When a person is asked: at `login`, at `consent`, and no third time (D12).
 *
 * Added to the engine's checks: a person of another tenant is asked to sign in as somebody else. Taken
 * from them: our own native applications need no consent; any other native application always asks,
 * since its redirect URI can be taken over (RFC 8252 §8.6).
 */
export function createPrompts() {
  const { base, Check } = interactionPolicy;
  const prompts = base();
  prompts
    .get('login')
    ?.checks.add(
      new Check('tenant_mismatch', 'the End-User belongs to another tenant', isOfAnotherTenant),
    );

  const consent = prompts.get('consent');
  const native = consent?.checks.get('native_client_prompt');
  if (!consent || !native) throw new TypeError('The engine lost a check that ours builds on');
  consent.checks.remove('native_client_prompt');
  consent.checks.add(
    new Check(
      'native_client_prompt',
      'native clients require End-User interaction',
      'interaction_required',
      (context) => !isFirstParty(context) && native.check(context),
    ),
    0,
  );
  return prompts;
}

function isFirstParty(context: EngineContext): boolean {
  const { client } = context.oidc;
  return client !== undefined && ownMetadata(client).avian_first_party;
}

function isOfAnotherTenant(context: EngineContext): boolean {
  const { client, account } = context.oidc;
  const tenant = client && ownMetadata(client).avian_tenant_id;
  if (tenant === undefined || !account) return false;
  return account['tenantId'] !== tenant;
}
