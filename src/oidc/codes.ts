import { later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { createEphemeralAdapter, type EphemeralDeps } from './adapter.ephemeral.ts';
import type { Adapter, EngineContext } from './engine.ts';

const MODEL = 'AuthorizationCode';

/** How long an exchange may take: a code spent longer ago was redeemed, whatever became of the answer. */
const UNDER_WAY = 10 * SECOND;
/** Longer than any code lives. */
const REMEMBERED = 2 * MINUTE;

const settledKey = ({ names }: EphemeralDeps, code: string) => names.key('RedeemedCode', code);

/**
 * Authorization codes. One that was redeemed and comes again ends everything it brought (RFC 6749
 * §4.1.2). But while its one exchange is still under way a second try is refused and no more: it may
 * be the same application's, and revoking would take the tokens out of the winner's hands (ADR 0031).
 */
export function createCodeAdapter(deps: EphemeralDeps): Adapter {
  const { store, names, clock } = deps;
  const adapter = createEphemeralAdapter(MODEL, deps);

  return {
    ...adapter,
    async find(id) {
      const payload = await adapter.find(id);
      if (!payload?.consumed) return payload;
      const entry = await store.get(names.key(MODEL, id));
      const isRecent = entry?.spentAt && later(entry.spentAt, UNDER_WAY) > clock.now();
      if (!isRecent || (await store.get(settledKey(deps, id)))) return payload;
      const { consumed: _, ...unmarked } = payload;
      return unmarked;
    },
  };
}

/** Notes that a code's exchange is over, before its answer leaves. */
export function createCodeSettler(deps: EphemeralDeps) {
  return async (context: EngineContext, next: () => Promise<void>): Promise<void> => {
    await next();
    const code = context.oidc?.entities.AuthorizationCode;
    if (context.oidc?.route !== 'token' || context.status !== 200 || !code) return;
    const expiresAt = later(deps.clock.now(), REMEMBERED);
    await deps.store.create(settledKey(deps, code.jti), { value: '', expiresAt });
  };
}
