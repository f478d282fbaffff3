import type { Action, AuditEvent } from '#src/features/audit/index.ts';
import { standing } from '#src/features/sessions/index.ts';
import { fromEpochSeconds, later, SECOND } from '#src/kernel/clock.ts';
import { unsupported } from './adapter.ephemeral.ts';
import { actorOf, type DurableDeps, lookUp, ownerOf, within } from './adapter.grants.ts';
import { type Adapter, type AdapterPayload, errors } from './engine.ts';
import type { FoundRefreshToken, StoredRefreshToken } from './store.ts';

/** How long a spent refresh token is answered with its one successor: a lost response, two tabs (R3.6, D9). */
const HONEST_RETRY = 10 * SECOND;

const MODEL = 'RefreshToken';

/**
 * Refresh tokens: opaque, rotated, reuse-detected, in Postgres (D6, D11).
 *
 * Spending one and writing its successor is one transaction: the engine's `consume` only names what
 * its next write spends, so neither both live nor both die (security case 53); and that write waits for the
 * access token (`rotation.ts`). The successor's id is
 * derived from the spent token, so any number of honest retries gets the same one.
 */
export function createRefreshTokenAdapter(deps: DurableDeps): Adapter {
  const { units, tokens, names, notes } = deps;
  const digest = (id: string) => names.digest(MODEL, id);

  return {
    async find(id) {
      const found = await units.once(lookUp, (unit) => tokens.findRefreshToken(unit, digest(id)));
      if (!found) return undefined;
      const payload: AdapterPayload = { ...found.token.payload, jti: id };
      remember(found, payload, deps);
      const { spentAt } = found.token;
      if (!spentAt || (await isHonest(spentAt, id, deps))) return payload;
      const noted = notes.current();
      if (noted) noted.reuse = { session: payload.sessionUid };
      return { ...payload, consumed: true };
    },

    consume(id) {
      const noted = notes.current();
      if (!noted) return Promise.reject(new TypeError('A refresh token is spent within a request'));
      noted.spending = id;
      return Promise.resolve();
    },

    async upsert(id, payload, expiresIn = 0) {
      const noted = notes.current();
      const token = await rowOf(id, payload, expiresIn, deps);
      const parent = noted?.spending;
      if (noted && parent !== undefined) {
        noted.rotation = () => succeed(digest(parent), token, deps);
        return;
      }
      await issue(token, deps);
      if (noted) noted.audited = true;
    },

    async destroy(id) {
      await units.once(lookUp, (unit) => tokens.removeRefreshToken(unit, digest(id)));
    },

    async revokeByGrantId(grantId) {
      const grant = names.digest('Grant', grantId);
      await units.once(lookUp, (unit) => tokens.removeRefreshTokens(unit, grant));
    },

    findByUid: unsupported,
    findByUserCode: unsupported,
  };
}

/** What came along need not be asked for again. Somebody who may not be spoken of any more is not remembered. */
function remember(
  { grant, standing: record, token }: FoundRefreshToken,
  payload: AdapterPayload,
  { notes, clock }: DurableDeps,
): void {
  const noted = notes.current();
  if (payload.grantId) noted?.grants.set(payload.grantId, grant);
  const now = clock.now();
  const signedInAt = payload.authTime === undefined ? now : fromEpochSeconds(payload.authTime);
  const facts = { uid: '', userId: token.userId, signedInAt, startedAt: now };
  const verdict = standing(facts, record, now);
  if (verdict.alive) noted?.people.set(token.userId, verdict.user);
}

async function isHonest(spentAt: Date, id: string, deps: DurableDeps): Promise<boolean> {
  if (later(spentAt, HONEST_RETRY) <= deps.clock.now()) return false;
  const successor = deps.names.digest(MODEL, deps.names.successor(id));
  return deps.units.once(lookUp, (unit) => deps.tokens.isUnspent(unit, successor));
}

async function rowOf(
  id: string,
  payload: AdapterPayload,
  ttl: number,
  { people, names, clock }: DurableDeps,
): Promise<StoredRefreshToken> {
  const { jti: _id, ...kept } = payload;
  return {
    ...(await ownerOf(payload, people)),
    idDigest: names.digest(MODEL, id),
    grantDigest: names.digest('Grant', payload.grantId ?? ''),
    payload: { ...kept },
    expiresAt: later(clock.now(), ttl * SECOND),
  };
}

async function issue(token: StoredRefreshToken, deps: DurableDeps): Promise<void> {
  const written = writtenOf('token.issued', token, deps);
  const isWritten = await deps.units.once(within(token), (unit) =>
    deps.tokens.insertRefreshToken(unit, token, written),
  );
  if (!isWritten)
    throw new errors.InvalidGrant('the grant is gone, or its code was redeemed before');
}

async function succeed(
  parentDigest: string,
  successor: StoredRefreshToken,
  deps: DurableDeps,
): Promise<void> {
  const written = writtenOf('token.refreshed', successor, deps);
  const isSpent = await deps.units.once(within(successor), (unit) =>
    deps.tokens.rotate(unit, parentDigest, successor, written),
  );
  if (!isSpent) await retry(parentDigest, successor, deps);
  const noted = deps.notes.current();
  if (noted) noted.audited = true;
}

/** Somebody was faster: the same client with a second try, or nobody we give anything. */
async function retry(
  parentDigest: string,
  successor: StoredRefreshToken,
  { units, tokens, audit, clock, notes }: DurableDeps,
): Promise<void> {
  const graceFrom = later(clock.now(), -HONEST_RETRY);
  const successorDigest = successor.idDigest;
  await units.run(within(successor), async (unit) => {
    const tried = { parentDigest, successorDigest, graceFrom };
    if (!(await tokens.isHonestRetry(unit, tried))) {
      throw new errors.InvalidGrant('refresh token already used');
    }
    await audit.record(unit, eventOf('token.refresh-retried', successor, notes));
  });
}

function writtenOf(
  action: Action,
  token: StoredRefreshToken,
  { audit, clock, notes }: DurableDeps,
) {
  return { at: clock.now(), entry: audit.clause(eventOf(action, token, notes), within(token)) };
}

function eventOf(
  action: Action,
  token: StoredRefreshToken,
  notes: DurableDeps['notes'],
): AuditEvent {
  const origin = notes.current()?.caller;
  return {
    action,
    outcome: 'success',
    actor: actorOf(token),
    tenantId: token.tenantId,
    resource: { type: 'client', id: token.clientId },
    ...(origin && { origin }),
  };
}
