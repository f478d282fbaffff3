import { allowFormAction } from '#src/http/csp.ts';
import type { EngineContext } from './engine.ts';
import { formTargetOf } from './form-target.ts';

/**
 * Lets the forms that the engine writes itself go where they must: `response_mode=form_post`, and the
 * form that changes users. Chromium holds every
 * redirect that follows a form to the page's `form-action` (F9).
 */
export async function openFormActions(
  context: EngineContext,
  next: () => Promise<void>,
): Promise<void> {
  await next();
  if (!context.oidc?.route || !context.response.is('html')) return;
  const uri = destinationOf(context);
  if (uri !== undefined) allowFormAction(context, formTargetOf(uri));
}

/** Where the browser may end up: an address that is registered for the client, and no other. */
function destinationOf({ oidc }: EngineContext): string | undefined {
  const { route, client, params, entities } = oidc;
  if (route !== 'authorization' && route !== 'resume') return undefined;
  const uri = textOf((params ?? entities.Interaction?.params)?.['redirect_uri']);
  // While users are changed the engine has no client at hand; the interaction's address was checked.
  const isRegistered = client ? uri !== undefined && client.redirectUriAllowed(uri) : !params;
  return isRegistered ? uri : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
