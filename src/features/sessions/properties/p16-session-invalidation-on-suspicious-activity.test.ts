import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Audit, AuditEvent } from '#src/features/audit/index.ts';
import type { LogoutNotice, MailDraft } from '#src/features/outbox/index.ts';
import type { Tenant } from '#src/features/tenancy/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { property } from '#src/testing/property.ts';
import { aRecord, aSession, BROWSERS } from '../bench.ts';
import type { SessionFacts } from '../lifetime.ts';
import { createSessions, type Seen } from '../service.ts';
import type { Revocation } from '../store.ts';
import { SIGNALS, type Signal, signalOf } from '../suspicion.ts';
import { type Trace, traced, traceOf, type Use } from '../trace.ts';

property(16, 'Session Invalidation on Suspicious Activity', () => {
  it('finds what is watched for in any session, and nothing else', () => {
    fc.assert(
      fc.property(aTheft, aWatch, ({ signal, trace, use }, watched) => {
        const isFound = signal !== 'refresh-token-reused' && watched.includes(signal);
        expect(signalOf(trace, use, watched)).toBe(isFound ? signal : undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('ends the session for good, with one entry, one mail and a word to each application', () =>
    fc.assert(
      fc.asyncProperty(
        aTheft,
        aWatch,
        fc.integer({ min: 1, max: 4 }),
        async (theft, others, times) => {
          const room = aRoom(theft, [...others, theft.signal]);
          await Promise.all(Array.from({ length: times }, () => room.notice()));

          expect(room.revoked).toMatchObject([
            { reason: theft.signal, userId: theft.facts.userId },
          ]);
          expect(room.entries).toMatchObject([
            { action: 'session.ended', details: { reason: theft.signal }, origin: ORIGIN },
          ]);
          expect(room.mails).toMatchObject([{ to: 'ada@x.test', topic: 'sessions/suspicious' }]);
          expect(room.told.map(({ clientId }) => clientId)).toStrictEqual(CLIENTS);
          expect(await room.sessions.judge(theft.facts)).toStrictEqual({
            alive: false,
            reason: 'ended',
          });
        },
      ),
      { numRuns: 300 },
    ));

  it('does nothing of all that where it is not watched for', () =>
    fc.assert(
      fc.asyncProperty(aTheft, aWatch, async (theft, watched) => {
        const room = aRoom(
          theft,
          watched.filter((signal) => signal !== theft.signal),
        );
        await room.notice();
        expect(await room.sessions.judge(theft.facts)).toMatchObject({ alive: true });
        const { revoked, entries, mails, told } = room;
        expect([...revoked, ...entries, ...mails, ...told]).toStrictEqual([]);
      }),
      { numRuns: 300 },
    ));
});

interface Theft {
  readonly signal: Signal;
  readonly facts: SessionFacts;
  readonly trace: Trace;
  readonly use: Use;
}

const aWatch = fc.subarray([...SIGNALS]);

const CLIENTS = ['flock', 'wing'];
const ORIGIN = { address: '198.51.100.1' };
const [HOME, ELSEWHERE] = ['192.0.2.1', ORIGIN.address];

/** A session of an hour and what is done with it, which shows one signal and no other. */
const aTheft: fc.Arbitrary<Theft> = fc
  .record({
    signal: fc.constantFrom(...SIGNALS),
    session: aSession,
    versions: fc.uniqueArray(fc.nat(200), { minLength: 2, maxLength: 2 }),
    wait: fc.integer({ min: 1, max: HOUR }),
    pair: fc.shuffledSubarray(Object.values(BROWSERS), { minLength: 2, maxLength: 2 }),
  })
  .map(({ signal, session, versions: [one = 0, other = 0], wait, pair: [mine, theirs] }) => {
    const facts = { ...session, startedAt: session.signedInAt };
    const at = later(facts.signedInAt, MINUTE);
    const home = { at: facts.signedInAt, address: HOME, userAgent: mine?.(one) ?? '' };
    const copy = { at, address: ELSEWHERE, userAgent: mine?.(other) ?? '' };
    const back = { ...home, at: later(at, wait) };
    const made = traceOf(home);
    if (signal === 'two-places') return { signal, facts, trace: traced(made, copy), use: back };
    const userAgent = signal === 'browser-changed' ? theirs?.(other) : home.userAgent;
    return { signal, facts, trace: made, use: { ...copy, userAgent: userAgent ?? '' } };
  });

/** The room on ports that keep what they are given, where a tenant watches for that. */
function aRoom({ signal, facts, trace, use }: Theft, watched: readonly Signal[]) {
  const revoked: Revocation[] = [];
  const entries: AuditEvent[] = [];
  const mails: MailDraft[] = [];
  const told: LogoutNotice[] = [];
  const record = aRecord(facts);
  const run: Units['run'] = (scope, work) => work({ scope } as Unit);
  const audit: Audit = {
    record: async (_, event) => void entries.push(event),
    recordAlone: async (event) => void entries.push(event),
    clause: () => expect.unreachable('No session ends in one statement.'),
    prepare: async () => undefined,
  };
  const sessions = createSessions({
    units: { run, once: run },
    store: {
      async revoke(_, revocation) {
        const isFirst = revoked.length === 0;
        if (isFirst) revoked.push(revocation);
        return isFirst;
      },
      look: async () => ({ ...record, watched, revoked: revoked.length > 0 }),
      sweep: async () => undefined,
    },
    users: { moveEpoch: async () => undefined, idsOf: async () => [] },
    tenants: { find: async () => aTenant(record.user.tenantId, watched) },
    audit,
    outbox: {
      mail: async (_, draft) => mails.push(draft) > 0,
      logout: async (_, notice) => void told.push(notice),
    },
    applications: { of: async () => [] },
    issuer: 'https://id.example.test',
    clock: createTestClock(use.at),
    digest: createDigest(Buffer.alloc(32, 7)),
  });
  const seen: Seen = { trace, use, origin: ORIGIN, clients: async () => CLIENTS };
  const notice = async () => {
    if (signal !== 'refresh-token-reused') return void (await sessions.judge(facts, seen));
    const { user } = record;
    await sessions.suspect({ ...seen, user, uid: facts.uid, signal, clients: CLIENTS });
  };
  return { revoked, entries, mails, told, sessions, notice };
}

function aTenant(id: TenantId, sessionWatch: readonly Signal[]): Tenant {
  const at = new Date(0);
  return {
    ...{ id, slug: 'flock', name: 'Flock', status: 'active', operator: false, isDefault: false },
    ...{ registration: 'open', registrationDomains: [], passwordRules: 'nist', passwordDays: null },
    ...{ sessionLimit: null, sessionWatch, createdAt: at, updatedAt: at },
    ...{ suspendedAt: null, deletesAt: null },
  };
}
