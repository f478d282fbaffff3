import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DAY, later, SECOND } from '#src/kernel/clock.ts';
import { type Adapter, type AdapterPayload, errors } from './engine.ts';
import type { ArtifactNames } from './names.ts';

export interface EphemeralDeps {
  readonly store: EphemeralStore;
  readonly names: ArtifactNames;
  readonly clock: Clock;
}

/** How long a finished interaction's place stays closed against requests still under way. */
const CLOSED = DAY;

/**
 * Codes, pushed requests, interactions and opaque access tokens: what may be lost (D6).
 *
 * Spending is atomic, and whoever comes second is told so (F1); an interaction ends once, and a late
 * write cannot open it again.
 */
export function createEphemeralAdapter(model: string, deps: EphemeralDeps): Adapter {
  const { store, names, clock } = deps;
  const lost = () => loser(model);

  return {
    async upsert(id, payload, expiresIn) {
      const written = await store.put(names.key(model, id), {
        value: JSON.stringify(stripped(payload)),
        expiresAt: later(clock.now(), (expiresIn ?? 0) * SECOND),
      });
      if (!written) throw lost();
    },

    async find(id) {
      const entry = await store.get(names.key(model, id));
      if (!entry) return undefined;
      const payload = restored(JSON.parse(entry.value) as AdapterPayload, id);
      return entry.spentAt ? { ...payload, consumed: true } : payload;
    },

    async consume(id) {
      if (!(await store.spend(names.key(model, id)))) throw lost();
    },

    async destroy(id) {
      const key = names.key(model, id);
      if (model !== 'Interaction') return void (await store.remove(key));
      if (!(await store.bury(key, later(clock.now(), CLOSED)))) throw lost();
    },

    // Nothing to do: what was issued under a grant is void without it, and is judged by it at every use.
    revokeByGrantId: () => Promise.resolve(),

    findByUid: unsupported,
    findByUserCode: unsupported,
  };
}

/** What is stored of a payload: not its own id, nor the id of the session it was made in. */
function stripped(payload: AdapterPayload): AdapterPayload {
  const { jti: _id, ...rest } = payload;
  if (rest.session) {
    const { cookie: _cookie, ...session } = rest.session;
    rest.session = session;
  }
  if ('returnTo' in rest) {
    const { returnTo, ...others } = rest as AdapterPayload & { returnTo?: string };
    const origin = returnTo && new URL(returnTo).origin;
    return { ...others, ...(origin && { returnTo: origin }) };
  }
  return rest;
}

/** The inverse of `stripped`, for whoever holds the id. */
function restored(
  payload: AdapterPayload & { returnTo?: string | undefined },
  id: string,
): AdapterPayload {
  const { returnTo } = payload;
  return { ...payload, jti: id, ...(returnTo && { returnTo: `${returnTo}/auth/${id}` }) };
}

/** The error that fits a model whose one use was taken by another request. */
function loser(model: string): Error {
  switch (model) {
    case 'Interaction':
      return new errors.SessionNotFound('interaction session not found');
    case 'PushedAuthorizationRequest':
      return new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
    default:
      return new errors.InvalidGrant(`${model} was already used`);
  }
}

export function unsupported(): Promise<never> {
  return Promise.reject(new TypeError('This model is not looked up this way.'));
}
