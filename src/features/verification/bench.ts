import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import type { Lockout, PasswordDoor } from '#src/features/lockout/index.ts';
import type { MailDraft, Outbox } from '#src/features/outbox/index.ts';
import type { Passwords, PreparedPassword } from '#src/features/passwords/index.ts';
import { createUserStore, newUser, type User } from '#src/features/users/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { aBench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type Clock, HOUR, later } from '#src/kernel/clock.ts';
import { type TenantId, userId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createClaims } from './claims.ts';
import { createLinks } from './links.ts';
import { createVerification } from './service.ts';
import { createVerificationStore } from './store.pg.ts';
import type { Wait } from './verification.ts';
import { createWaits, type WaitStore } from './waits.ts';

export const ISSUER = 'https://id.example.test';
export const ORIGIN = { requestId: 'r' } as const;
export const PASSWORD = 'correct horse';

/** An outbox in memory: keeps what it is given, in the order it came, and each address to its share. */
export function anOutbox(clock: Clock): Pick<Outbox, 'mail' | 'mayMail'> & { mails: Sent[] } {
  const mails: Sent[] = [];
  const may = ({ to, topic, atMostPerHour = Infinity }: Parameters<Outbox['mayMail']>[1]) => {
    const since = later(clock.now(), -HOUR);
    const sent = mails.filter((mail) => mail.to === to && mail.topic === topic && mail.at > since);
    return sent.length < atMostPerHour;
  };
  return {
    mails,
    mayMail: async (_, draft) => may(draft),
    async mail(_, draft) {
      if (!may(draft)) return false;
      mails.push({ ...draft, at: clock.now() });
      return true;
    },
  };
}

export interface Sent extends MailDraft {
  readonly at: Date;
}

/** Passwords in their real table, hashed by nothing but a mark in front. */
function cheapPasswords(): Pick<Passwords, 'faultsOf' | 'prepare' | 'put' | 'read' | 'policyOf'> {
  return {
    faultsOf: async (password) => (password.length < 8 ? ['too-short'] : []),
    prepare: async (password) =>
      password.length < 8
        ? { ok: false, reason: 'unfit', faults: ['too-short'] }
        : { ok: true, value: { hash: `#${password}`, expiresAt: null } },
    async put(unit, id, { hash }) {
      const { scope } = unit;
      if (scope.kind !== 'tenant') throw new TypeError('A password belongs to a tenant.');
      await client(unit).query(
        'insert into passwords (user_id, tenant_id, hash, changed_at) values ($1, $2, $3, now())',
        [id, scope.tenantId, hash],
      );
      return true;
    },
    async read(unit, id) {
      const found = await client(unit).query<{ hash: string; changed_at: Date }>(
        'select hash, changed_at from passwords where user_id = $1',
        [id],
      );
      const row = found.rows[0];
      if (!row) return undefined;
      return { hash: row.hash, imported: false, changedAt: row.changed_at, expiresAt: null };
    },
    policyOf: async () => ({ rules: 'composition', minLength: 8, days: null }),
  };
}

/** A lockout that notes what it is told; from `closesAfter` wrong passwords on, the door stays closed. */
function aLockout(closesAfter = Infinity) {
  const told: string[] = [];
  let wrong = 0;
  const lockout: Pick<Lockout, 'wrong' | 'right'> = {
    wrong: async (_, subject) => void told.push(`wrong ${subject.email}`),
    right: async () => void told.push('right'),
  };
  const door: PasswordDoor = {
    async try(_, stored, password) {
      const isOpen = wrong < closesAfter;
      const isRight = isOpen && stored?.hash === `#${password}`;
      if (!isRight) wrong += 1;
      const attempt = { door: isOpen ? 'open' : 'closed', isLast: false, key: 'k' } as const;
      return { attempt, check: isRight ? 'right' : 'wrong' };
    },
  };
  return { told, lockout, door };
}

function aWaitStore(clock: Clock): WaitStore & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  const ends = new Map<string, Date>();
  return {
    entries,
    async get(key) {
      const value = entries.get(key);
      return value !== undefined && (ends.get(key) ?? clock.now()) > clock.now()
        ? { value }
        : undefined;
    },
    async create(key, { value, expiresAt }) {
      entries.set(key, value);
      ends.set(key, expiresAt);
      return true;
    },
  };
}

/** The room on a real database; mails, hashing and what may be lost are doubles. */
export async function aVerificationBench({ closesAfter }: { closesAfter?: number } = {}) {
  const bench = await aBench();
  const { units } = bench;
  const clock = createTestClock();
  const ids = createIds();
  const digest = createDigest(Buffer.alloc(32, 3));
  const sealer = createSealer([{ id: 'k', key: Buffer.alloc(32, 4) }]);
  const outbox = anOutbox(clock);
  const users = createUserStore();
  const passwords = cheapPasswords();
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const store = createVerificationStore();
  const waitStore = aWaitStore(clock);
  const waits = createWaits({ store: waitStore, digest, sealer, clock, ids });
  const shared = { units, store, users, passwords, audit, clock, ids, digest, issuer: ISSUER };
  const verification = createVerification({ ...shared, outbox, waits });
  const { told, lockout, door } = aLockout(closesAfter);
  const claims = createClaims({ ...shared, verification });
  const links = createLinks({ ...shared, verification, lockout, door });
  const inSystem = <T>(work: (unit: Unit) => Promise<T>) => units.run(SYSTEM, work);

  return {
    ...{ bench, ...shared, outbox, waits, waitStore, verification, claims, links, told, inSystem },
    /** Somebody who registered and has proven nothing yet. */
    async aStranger(
      over: { tenantId?: TenantId; email?: string; selfRegistered?: boolean } = {},
    ): Promise<User> {
      const tenantId = over.tenantId ?? (await bench.aTenant());
      const email = over.email ?? `ada.${mark()}@x.test`;
      const particulars = { tenantId, email, name: 'Ada', role: 'user' } as const;
      const { selfRegistered = true } = over;
      const draft = { ...particulars, verified: false, selfRegistered };
      const user = newUser(draft, userId(ids.uuid()), clock.now());
      const prepared: PreparedPassword = { hash: `#${PASSWORD}`, expiresAt: null };
      await units.run(inTenant(tenantId), async (unit) => {
        await users.insert(unit, user);
        await passwords.put(unit, user.id, prepared);
      });
      return user;
    },
    issue: (user: User, clientId?: string) =>
      units.run(inTenant(user.tenantId), (unit) =>
        verification.issue(unit, user, { origin: ORIGIN, ...(clientId && { clientId }) }),
      ),
    find: (user: Pick<User, 'id'>) => inSystem((unit) => users.find(unit, user.id)),
    newest: (email: string) => secretsOf(outbox.mails.findLast(({ to }) => to === email)),
    waitOf: (user: User): Wait => ({ email: user.email, tenantId: user.tenantId, claimant: user }),
    /** What the log says of somebody, oldest first. */
    entriesOf: (id: string) =>
      inSystem(async (unit) => {
        const found = await client(unit).query<{ action: string; outcome: string }>(
          'select action, outcome from audit_entries where resource_id = $1 order by id',
          [id],
        );
        return found.rows.map(({ action, outcome }) => `${action} ${outcome}`);
      }),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

export type VerificationBench = Awaited<ReturnType<typeof aVerificationBench>>;

/** The token and the code that a mail brings. */
export function secretsOf(mail: MailDraft | undefined): { token: string; code: string } {
  const { link, code } = (mail?.model ?? {}) as Record<string, string>;
  return {
    token: link?.slice(link.lastIndexOf('/') + 1) ?? '',
    code: code?.replace(/\D/g, '') ?? '',
  };
}
