import type { Clients } from '#src/features/clients/index.ts';
import { createClientAdapter } from './adapter.clients.ts';
import { createEphemeralAdapter } from './adapter.ephemeral.ts';
import { createGrantAdapter, type DurableDeps } from './adapter.grants.ts';
import { createRefreshTokenAdapter } from './adapter.refresh-tokens.ts';
import { createSessionAdapter, type SessionDeps } from './adapter.sessions.ts';
import { createCodeAdapter } from './codes.ts';
import type { Adapter } from './engine.ts';
import type { SessionKeeper } from './live-sessions.ts';

export interface AdapterDeps extends DurableDeps, SessionDeps {
  readonly keeper: SessionKeeper;
  readonly clients: Pick<Clients, 'find'>;
  readonly unusedSecret: string;
}

/**
 * Which model lives where (D6): clients, grants and refresh tokens in Postgres; sessions and all that
 * is short-lived in the ephemeral store. A model nobody decided about is refused.
 */
export function createAdapter(deps: AdapterDeps): (model: string) => Adapter {
  return (model) => {
    switch (model) {
      case 'Client':
        return createClientAdapter(deps.clients, deps.unusedSecret);
      case 'Grant':
        return createGrantAdapter(deps);
      case 'RefreshToken':
        return createRefreshTokenAdapter(deps);
      case 'Session':
        return createSessionAdapter(deps);
      case 'AuthorizationCode':
        return createCodeAdapter(deps);
      case 'AccessToken':
      case 'ClientCredentials':
      case 'Interaction':
      case 'PushedAuthorizationRequest':
        return createEphemeralAdapter(model, deps);
      default:
        throw new TypeError(`No store was chosen for ${model}`);
    }
  };
}
