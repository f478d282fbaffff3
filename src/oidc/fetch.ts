import { createAllowList } from '#src/infra/net/allow-list.ts';

/**
 * The engine's outgoing calls: back-channel logout, and nothing else.
 *
 * The engine refuses every address that is not public (SSRF, security case 1.19). An operator whose
 * applications live on private addresses names them in AVIAN_FETCH_ALLOW, as hosts or CIDRs; only
 * calls to those go without that guard. Redirects are never followed.
 */
export function createFetch(allow: readonly string[]) {
  const isAllowed = createAllowList(allow);
  return (
    url: string | URL,
    options: RequestInit & { dispatcher?: unknown },
  ): Promise<Response> => {
    const target = new URL(url);
    const { dispatcher, ...rest } = options;
    const guarded = isAllowed(target.hostname) ? rest : { ...rest, dispatcher };
    return globalThis.fetch(target, { ...guarded, redirect: 'manual' } as RequestInit);
  };
}
