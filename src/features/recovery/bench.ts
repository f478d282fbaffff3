import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import type { MailDraft, Outbox } from '#src/features/outbox/index.ts';
import {
  createPasswordStore,
  createPasswords,
  type PasswordHasher,
} from '#src/features/passwords/index.ts';
import { createSessionStore, createSessions } from '#src/features/sessions/index.ts';
import { createTenantStore, type Tenant } from '#src/features/tenancy/index.ts';
import { createUserStore, newUser } from '#src/features/users/index.ts';
import { type Ask, form, type Served } from '#src/http/bench.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { type Bench, inTenant, mark, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type Clock, HOUR } from '#src/kernel/clock.ts';
import { type TenantId, tenantId, type UserId, userId } from '#src/kernel/ids.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createRequest } from './request.ts';
import { createRecovery, type RecoveryDeps } from './service.ts';
import { createRecoveryStore } from './store.pg.ts';
import type { RecoveryToken } from './store.ts';

export const ISSUER = 'https://id.example.test';

/** Hashes at no cost: the hash of `p` is `#p`, and that of `p` by yesterday's parameters `#p!`. */
const hasher: PasswordHasher = {
  hash: async (password) => `#${password}`,
  verify: async (phc, password) => phc === `#${password}` || phc === `#${password}!`,
  verifyImported: async () => false,
  verifyNothing: async () => false,
  isOutdated: (phc) => phc.endsWith('!'),
};

interface Post extends Outbox {
  /** Everything that was mailed, the newest last. */
  readonly mails: readonly MailDraft[];
}

/** An outbox that keeps what it is given, and holds to its promise of so many an hour. */
function createPost(clock: Clock): Post {
  const mails: MailDraft[] = [];
  const times: number[] = [];
  const recent = ({ to, topic }: Pick<MailDraft, 'to' | 'topic'>) =>
    mails.filter(
      (mail, at) =>
        mail.to === to && mail.topic === topic && (times[at] ?? 0) > clock.now().getTime() - HOUR,
    ).length;
  const mayMail: Outbox['mayMail'] = async (_, draft) =>
    recent(draft) < (draft.atMostPerHour ?? Number.POSITIVE_INFINITY);
  return {
    mails,
    mayMail,
    logout: async () => undefined,
    async mail(unit, draft) {
      if (!(await mayMail(unit, draft))) return false;
      mails.push(draft);
      times.push(clock.now().getTime());
      return true;
    },
    deliver: async () => 0,
    sweep: async () => undefined,
  };
}

export interface Person {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
}

/** A password that meets every rule, unlike that of any other number. */
export function aPassword(number: number | string): string {
  return `Correct-Horse-9-${number}`;
}

/**
 * Recovery on a real database, with the rooms it moves, at a time that stands still. The outbox and the
 * lock are doubles; hashing costs nothing.
 */
export function createStage({ units, ...rows }: Bench, over: Partial<RecoveryDeps> = {}) {
  const clock = createTestClock(new Date('2030-06-01T12:00:00.500Z'));
  const ids = createIds();
  const digest = createDigest(Buffer.alloc(32, 5));
  const post = createPost(clock);
  const opened: { readonly id: UserId; readonly forgetDevices?: boolean }[] = [];
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  const [users, tenants] = [createUserStore(), createTenantStore()];
  const passwords = createPasswords({
    ...{ units, clock, ids, hasher, users, tenants },
    store: createPasswordStore(),
    common: { has: () => false },
    outbox: post,
  });
  const sessions = createSessions({
    outbox: { logout: async () => undefined, mail: async () => true },
    applications: { of: async () => [] },
    ...{ units, users, tenants, audit, clock, digest, issuer: ISSUER },
    store: createSessionStore(),
  });
  const deps: RecoveryDeps = {
    ...{ units, users, tenants, passwords, sessions, audit, clock, ids, digest, issuer: ISSUER },
    store: createRecoveryStore(),
    outbox: post,
    lockout: {
      async open(_, { id }, how) {
        opened.push({ id, ...how });
      },
    },
    ...over,
  };
  const recovery = createRecovery(deps);
  const origin = { requestId: mark() };

  /** Sets a password as another door would. */
  async function setPassword(person: Person, password: string): Promise<void> {
    const judged = await passwords.prepare(password, { ...person, name: 'Ada' });
    if (!judged.ok) throw new Error(`Not fit: ${judged.faults.join(', ')}.`);
    await units.run(inTenant(person.tenantId), (unit) =>
      passwords.put(unit, person.id, judged.value),
    );
  }

  return {
    ...{ clock, digest, post, opened, passwords, sessions, deps, recovery, origin, setPassword },

    async aPerson(password?: string, tenant?: TenantId): Promise<Person> {
      const tenantId = tenant ?? (await rows.aTenant());
      const person = { tenantId, ...(await rows.aUser(tenantId)) };
      if (password !== undefined) await setPassword(person, password);
      clock.pass(1);
      return person;
    },

    /** Asks for a link, and answers with the token in the newest mail. */
    async aLink({ email }: Pick<Person, 'email'>): Promise<string> {
      await recovery.request({ email, origin });
      return tokenIn(post.mails.at(-1));
    },

    choose: (token: string, password: string) => recovery.complete({ token, password, origin }),

    async holds(person: Person, password: string): Promise<boolean> {
      const stored = await units.run(inTenant(person.tenantId), (unit) =>
        passwords.read(unit, person.id),
      );
      return (await passwords.check(stored, password)) !== 'wrong';
    },

    set: (text: string, values: unknown[]) =>
      units.run(SYSTEM, async (unit) => (await client(unit).query(text, values)).rows),

    /** What recovery and changes of address entered for requests of this stage, in order. */
    async entries() {
      const found = await units.run(SYSTEM, (unit) =>
        client(unit).query(
          `select action, outcome, tenant_id, resource_id, actor_kind, details from audit_entries
           where request_id = $1 and split_part(action, '.', 1) in ('recovery', 'email-change') order by id`,
          [origin.requestId],
        ),
      );
      return found.rows as Record<string, unknown>[];
    },
  };
}

/** Asking alone, in memory: anybody at `x.test` has an account. Tells what was mailed and kept. */
export function createDoubles(issuer = ISSUER) {
  const clock = createTestClock();
  const post = createPost(clock);
  const kept: RecoveryToken[] = [];
  const somebody = { name: 'Ada', role: 'user', verified: true, selfRegistered: false } as const;
  const userOf = (id: UserId) =>
    newUser({ ...somebody, email: `${id}@x.test`, tenantId: tenantId('t') }, id, clock.now());
  const run: Units['run'] = (scope, work) => work({ scope } as Unit);
  const request = createRequest({
    ...{ clock, issuer, ids: createIds(), digest: createDigest(Buffer.alloc(32, 5)) },
    units: { run, once: run },
    users: {
      async locate(_, email) {
        const [, id] = /^(\w+)@x\.test$/.exec(email) ?? [];
        return id === undefined ? undefined : { id: userId(id), tenantId: tenantId('t') };
      },
      find: async (_, id) => (id.includes('-') ? undefined : userOf(id)),
    },
    tenants: { find: async () => ({ status: 'active' }) as Tenant },
    passwords: { read: async () => undefined },
    store: { ...createRecoveryStore(), put: async (_, token) => void kept.push(token) },
    outbox: { mail: (unit, draft) => post.mail(unit, { ...draft, atMostPerHour: 1_000_000 }) },
    audit: { record: async () => undefined },
  });
  return { request, kept, mails: post.mails };
}

/** The token of the link in a mail; empty where there is none. */
export function tokenIn(mail: MailDraft | undefined): string {
  const link = mail?.model['href'];
  const before = `${ISSUER}/recovery/`;
  return typeof link === 'string' && link.startsWith(before) ? link.slice(before.length) : '';
}

export const BROWSER = { accept: 'text/html', 'sec-fetch-site': 'same-origin' };

/** A browser that keeps its cookies, and sends forms as they stand on their pages. */
export function createBrowser(served: Pick<Served, 'ask'>) {
  const jar = new Map<string, string>();

  async function ask(path: string, { headers, ...request }: Ask = {}) {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const answer = await served.ask(path, {
      ...request,
      headers: { ...BROWSER, ...(cookie && { cookie }), ...headers },
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Fills in the form that stands on a page, and sends it. */
  async function send(path: string, fields: Readonly<Record<string, string>>, over: Ask = {}) {
    const { text } = await ask(path);
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const { headers, ...request } = form({ csrf, ...fields });
    return ask(path, { ...request, headers: { ...headers, ...over.headers } });
  }

  return { ask, send, jar };
}
