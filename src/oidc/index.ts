/**
 * The provider: OpenID Connect and OAuth, by oidc-provider on our stores.
 *
 * The only room that knows the engine. Grants and refresh tokens live in Postgres, sessions and codes
 * in the ephemeral store, every id as a digest; one-time things are spent by compare-and-set; a
 * session that ended stays ended; keys rotate by building the engine anew (ADR 0018, 0019, 0029).
 *
 * Owns: tables `grants`, `refresh_tokens`, `consents`, `signing_keys`. Records: `token.*`,
 * `authorization.granted`, `grant.revoked`, `consent.*`, `keys.*`. Answers for: P03, P05.
 */

export { DOCUMENTS } from './documents.ts';
export type { KeyFacts, Keys } from './keys.ts';
export { createOidc, type Oidc, type OidcDeps } from './oidc.ts';
export type { ProviderSettings } from './settings.ts';
export { createTokenStore } from './store.pg.ts';
