import { and, eq } from 'drizzle-orm';
import { idempotencyKeys } from '#src/infra/postgres/schema/access.ts';
import { client, rows } from '#src/infra/postgres/units.ts';
import type { ClaimedKey, IdempotencyStore } from './idempotency.ts';

const CLAIM = `
  insert into idempotency_keys as held
    (tenant_id, caller_digest, key_digest, request_digest, state, created_at, expires_at)
  values ($1, $2, $3, $4, 'under-way', $5, $6)
  on conflict (tenant_id, caller_digest, key_digest) do update
    set request_digest = excluded.request_digest, state = excluded.state, answer_sealed = null,
      created_at = excluded.created_at, expires_at = excluded.expires_at
    where held.expires_at <= excluded.created_at
  returning true`;

const SWEEP = `
  delete from idempotency_keys where expires_at <= $1
    and (tenant_id, caller_digest, key_digest) in (
      select tenant_id, caller_digest, key_digest from idempotency_keys where expires_at <= $1 limit $2)`;

export function createIdempotencyStore(): IdempotencyStore {
  return {
    async claim(unit, key) {
      const { tenantId, callerDigest, keyDigest, requestDigest, createdAt, expiresAt } = key;
      const claimed = await client(unit).query(CLAIM, [
        ...[tenantId, callerDigest, keyDigest],
        ...[requestDigest, createdAt, expiresAt],
      ]);
      if (claimed.rowCount === 1) return undefined;
      const [held] = await rows(unit).select().from(idempotencyKeys).where(isKey(key));
      // It was given up between the two statements: whoever comes next may take it.
      if (!held) return { requestDigest, createdAt };
      const { answerSealed } = held;
      return {
        ...{ requestDigest: held.requestDigest, createdAt: held.createdAt },
        ...(answerSealed !== null && { answerSealed }),
      };
    },

    async keep(unit, key, answerSealed) {
      await rows(unit)
        .update(idempotencyKeys)
        .set({ state: 'answered', answerSealed })
        .where(isClaim(key));
    },

    async free(unit, key) {
      await rows(unit).delete(idempotencyKeys).where(isClaim(key));
    },

    async sweep(unit, now, limit) {
      await client(unit).query(SWEEP, [now, limit]);
    },
  };
}

function isKey({ tenantId, callerDigest, keyDigest }: ClaimedKey) {
  return and(
    eq(idempotencyKeys.tenantId, tenantId),
    eq(idempotencyKeys.callerDigest, callerDigest),
    eq(idempotencyKeys.keyDigest, keyDigest),
  );
}

/** This claim and no later one, and not answered yet. */
function isClaim(key: ClaimedKey) {
  const { createdAt } = key;
  return and(
    ...[isKey(key), eq(idempotencyKeys.createdAt, createdAt)],
    eq(idempotencyKeys.state, 'under-way'),
  );
}
