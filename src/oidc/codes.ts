import { fromEpochMilliseconds, later, MINUTE, SECOND } from '#src/kernel/clock.ts';
import { createEphemeralAdapter, type EphemeralDeps } from './adapter.ephemeral.ts';
import type { Adapter, EngineContext } from './engine.ts';
import type { NoteBook } from './notes.ts';

export interface CodeDeps extends EphemeralDeps {
  readonly notes: NoteBook;
}

const MODEL = 'AuthorizationCode';

/** How long an exchange may take: a code spent longer ago was redeemed, whatever became of the answer. */
const UNDER_WAY = 10 * SECOND;
/** Longer than any code lives. */
const REMEMBERED = 2 * MINUTE;

const settledKey = ({ names }: EphemeralDeps, code: string) => names.key('RedeemedCode', code);

/**
 * Authorization codes. One that was redeemed and comes again ends everything it brought (RFC 6749
 * §4.1.2). But a try that came before the one exchange was over is refused and no more: it may be the
 * same application's, and revoking would take the tokens out of the winner's hands (ADR 0031).
 */
export function createCodeAdapter(deps: CodeDeps): Adapter {
  const { store, names } = deps;
  const adapter = createEphemeralAdapter(MODEL, deps);

  return {
    ...adapter,
    async find(id) {
      const payload = await adapter.find(id);
      if (!payload?.consumed) return payload;
      const entry = await store.get(names.key(MODEL, id));
      if (!entry?.spentAt || !(await isSimultaneous(id, entry.spentAt, deps))) return payload;
      const { consumed: _, ...unmarked } = payload;
      return unmarked;
    },
  };
}

/** Whether this request came while the exchange that spent the code was under way. */
async function isSimultaneous(id: string, spentAt: Date, deps: CodeDeps): Promise<boolean> {
  const { store, notes, clock } = deps;
  if (later(spentAt, UNDER_WAY) <= clock.now()) return false;
  const settled = await store.get(settledKey(deps, id));
  if (!settled) return true;
  const startedAt = notes.current()?.startedAt;
  return startedAt !== undefined && startedAt < fromEpochMilliseconds(Number(settled.value));
}

/** Notes when a request came, and that a code's exchange is over, before its answer leaves. */
export function createCodeSettler(deps: CodeDeps) {
  return async (context: EngineContext, next: () => Promise<void>): Promise<void> => {
    deps.notes.of(context);
    await next();
    const code = context.oidc?.entities.AuthorizationCode;
    if (context.oidc?.route !== 'token' || context.status !== 200 || !code) return;
    const now = deps.clock.now();
    await deps.store.create(settledKey(deps, code.jti), {
      value: String(now.getTime()),
      expiresAt: later(now, REMEMBERED),
    });
  };
}
