import type { Context } from 'koa';
import type { EngineContext } from './engine.ts';
import type { NoteBook } from './notes.ts';
import { cookieNames, type ProviderSettings } from './settings.ts';

/** The session's cookie, where a page of ours and not the engine sets it. */
export interface SessionCookie {
  write(context: Context, id: string, expires: Date): void;
  clear(context: Context): void;
}

/** With the engine's own name and flags, signed as the engine reads it. */
export function createSessionCookie({ sameSite, secure }: ProviderSettings): SessionCookie {
  const { session: name } = cookieNames(secure);
  const flags = { path: '/', httpOnly: true, sameSite, secure, signed: true, overwrite: true };
  const set = (context: Context, id: string | null, more: { expires?: Date } = {}) => {
    // Behind a proxy the connection itself is plain; that the issuer is https is what counts.
    if (secure) context.cookies.secure = true;
    context.cookies.set(name, id, { ...flags, ...more });
  };
  return {
    write: (context, id, expires) => set(context, id, { expires }),
    clear: (context) => set(context, null),
  };
}

/**
 * Takes the session's cookie out of an answer that must not set it.
 *
 * A request that was under way while its session's id was renewed, or that came with an id already
 * renewed, would hand the browser a dead or an anonymous session over the good one.
 */
export function createCookieGuard(sessionCookie: string, notes: NoteBook) {
  return async (context: EngineContext, next: () => Promise<void>): Promise<void> => {
    const presented = context.cookies.get(sessionCookie, { signed: false }) !== undefined;
    await next();
    if (!context.oidc?.route) return;
    const { route, session } = context.oidc;
    const anonymous = route === 'authorization' && presented && session?.accountId === undefined;
    if (anonymous || notes.of(context).outrun) withhold(context, sessionCookie);
  };
}

function withhold(context: Context, name: string): void {
  const cookies = context.response.get('Set-Cookie') as unknown as string[] | string | undefined;
  const kept = [cookies ?? []]
    .flat()
    .filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.sig=`));
  if (kept.length > 0) context.set('Set-Cookie', kept);
  else context.remove('Set-Cookie');
}
