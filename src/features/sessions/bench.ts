import fc from 'fast-check';
import { DAY, later } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { SessionFacts, SessionRecord } from './lifetime.ts';

/** Any instant of this century, to the millisecond. */
export const anInstant = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});

const TENANT = tenantId('01890000-0000-7000-8000-000000000001');

/** A session at any point of its life: somebody signed in within seven days of its start. */
export const aSession: fc.Arbitrary<SessionFacts> = fc
  .record({ uid: fc.base64String({ minLength: 20 }), id: fc.uuid({ version: 7 }), at: anInstant })
  .chain(({ uid, id, at }) =>
    fc.integer({ min: 0, max: 7 * DAY - 1 }).map((wait) => ({
      uid,
      userId: userId(id),
      startedAt: at,
      signedInAt: later(at, wait),
    })),
  );

/** What Postgres says of a session when nothing speaks against it. */
export function aRecord(facts: SessionFacts, over: Partial<SessionRecord> = {}): SessionRecord {
  return {
    revoked: false,
    user: {
      id: facts.userId,
      tenantId: TENANT,
      email: 'ada@x.test',
      name: 'Ada',
      role: 'user',
      updatedAt: facts.startedAt,
    },
    userStatus: 'active',
    tenantStatus: 'active',
    sessionsValidFrom: later(facts.startedAt, -1),
    ...over,
  };
}
