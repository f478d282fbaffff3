import type { Actor, Audit } from '#src/features/audit/index.ts';
import type { PostgresUnits } from '#src/infra/postgres/units.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { later, SECOND } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { People } from './account.ts';
import { unsupported } from './adapter.ephemeral.ts';
import type { Adapter, AdapterPayload } from './engine.ts';
import type { SessionKeeper } from './live-sessions.ts';
import type { ArtifactNames } from './names.ts';
import type { NoteBook } from './notes.ts';
import type { Owner, TokenStore } from './store.ts';

export interface DurableDeps {
  readonly units: PostgresUnits;
  readonly tokens: TokenStore;
  readonly people: People;
  readonly audit: Pick<Audit, 'clause' | 'record'>;
  readonly names: ArtifactNames;
  readonly notes: NoteBook;
  readonly keeper: Pick<SessionKeeper, 'reused'>;
  readonly clock: Clock;
}

/** The look-ups that come before a tenant is known. */
export const lookUp: Scope = { kind: 'system', job: 'oidc' };

/** The tenant of the person whom an artifact is about. */
export function within(owner: Owner): Scope {
  return { kind: 'tenant', tenantId: owner.tenantId, actor: owner.userId };
}

/** The person an artifact was issued about, as an audit entry's actor. */
export function actorOf(owner: Owner): Actor {
  return { kind: 'user', id: owner.userId, tenantId: owner.tenantId };
}

/** Grants: what everything issued to a client hangs on. In Postgres; a removed one takes its refresh tokens along. */
export function createGrantAdapter(deps: DurableDeps): Adapter {
  const { units, tokens, names, notes, clock } = deps;

  return {
    async find(id) {
      const known = notes.current()?.grants.get(id);
      if (known) return { ...known, jti: id };
      const grant = await units.once(lookUp, (unit) =>
        tokens.findGrant(unit, names.digest('Grant', id)),
      );
      return grant && { ...grant.payload, jti: id };
    },

    async upsert(id, payload, expiresIn) {
      const owner = await ownerOf(payload, deps.people);
      const { jti: _id, ...kept } = payload;
      const now = clock.now();
      await units.run(within(owner), (unit) =>
        tokens.putGrant(
          unit,
          {
            ...owner,
            idDigest: names.digest('Grant', id),
            payload: { ...kept },
            expiresAt: later(now, (expiresIn ?? 0) * SECOND),
          },
          now,
        ),
      );
      notes.current()?.grants.set(id, { ...kept });
    },

    async destroy(id) {
      const noted = notes.current();
      noted?.grants.delete(id);
      const owner = await units.run(lookUp, async (unit) => {
        const owner = await tokens.removeGrant(unit, names.digest('Grant', id));
        if (!owner) return undefined;
        await deps.audit.record(unit, {
          action: noted?.reuse ? 'token.reuse-detected' : 'grant.revoked',
          outcome: 'success',
          actor: noted?.reuse ? { kind: 'client', id: owner.clientId } : actorOf(owner),
          tenantId: owner.tenantId,
          resource: { type: 'client', id: owner.clientId },
          ...(noted && { origin: noted.caller }),
          details: { user: owner.userId },
        });
        return owner;
      });
      const session = noted?.reuse?.session;
      const person = owner && session && (await deps.people.find(owner.userId));
      if (noted && person && session) await deps.keeper.reused(person, session, noted.caller);
    },

    consume: unsupported,
    findByUid: unsupported,
    findByUserCode: unsupported,
    revokeByGrantId: unsupported,
  };
}

/** Whose an artifact is. Nothing durable is written about a person who is not there any more. */
export async function ownerOf(payload: AdapterPayload, people: People): Promise<Owner> {
  const { accountId, clientId } = payload;
  if (accountId === undefined || clientId === undefined)
    throw new TypeError('An artifact of nobody');
  const person = await people.get(userId(accountId));
  return { tenantId: person.tenantId, userId: person.id, clientId };
}
