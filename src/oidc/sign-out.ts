import type { EngineContext } from './engine.ts';

/**
 * Where nobody is signed in there is nothing to ask: on to where signing out would have led.
 *
 * The engine answers with a form that submits itself; without scripts it waits for a click, and says so.
 */
export async function passSignedOut(
  context: EngineContext,
  next: () => Promise<void>,
): Promise<void> {
  await next();
  const { oidc } = context;
  if (oidc?.route !== 'end_session' || context.status !== 200) return;
  const { session } = oidc;
  if (!session || session.accountId !== undefined) return;
  context.status = 303;
  context.redirect(destinationOf(session.state ?? {}) ?? oidc.urlFor('end_session_success'));
}

/** The registered address, its query kept as it was registered, and the request's `state` behind it. */
function destinationOf(asked: Record<string, unknown>): string | undefined {
  const { postLogoutRedirectUri: uri, state } = asked;
  if (typeof uri !== 'string' || typeof state !== 'string') return uri as string | undefined;
  return `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
}
