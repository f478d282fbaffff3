import type { AuditEvent } from '#src/features/audit/index.ts';
import type { CountedAttempt } from '#src/features/lockout/index.ts';
import type { MailDraft } from '#src/features/outbox/index.ts';
import type { PasswordFault, PreparedPassword } from '#src/features/passwords/index.ts';
import type { User } from '#src/features/users/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { clientId, tenantId, userId } from '#src/kernel/ids.ts';
import { done } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createTestClock, type TestClock } from '#src/testing/clock.ts';
import type { Interaction } from './interactions.ts';
import { createSignIn, type SignInDeps } from './service.ts';
import type { StateStore } from './states.ts';
import type { Visit } from './visit.ts';

export const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
export const OTHER_TENANT = tenantId('01890000-0000-7000-8000-00000000000b');
const BORN = new Date('2029-01-01T00:00:00Z');

export function aUser(over: Partial<User> = {}): User {
  return {
    id: userId('01890000-0000-7000-8000-000000000001'),
    tenantId: TENANT,
    email: 'ada@x.test',
    name: 'Ada',
    role: 'user',
    status: 'active',
    emailVerifiedAt: BORN,
    selfRegistered: false,
    sessionsValidFrom: BORN,
    createdAt: BORN,
    updatedAt: BORN,
    ...over,
  };
}

export function anInteraction(over: Partial<Interaction> = {}): Interaction {
  return {
    uid: 'uid-of-ada',
    prompt: 'login',
    client: { id: clientId('flock'), name: 'Flock Dashboard', host: 'flock.example.com' },
    formTarget: 'https://flock.example.com',
    asked: { scopes: [], claims: [], resources: {} },
    ...over,
  };
}

/** States in memory, each call a turn of the event loop long, as any store's is. */
function createStateMemory(clock: Pick<TestClock, 'now'>): StateStore & {
  readonly keys: () => readonly string[];
} {
  const entries = new Map<string, { value: string; expiresAt: Date }>();
  const live = (key: string) => {
    const entry = entries.get(key);
    return entry && entry.expiresAt > clock.now() ? entry : undefined;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    keys: () => [...entries.keys()],
    async get(key) {
      await turn();
      return live(key);
    },
    async create(key, draft) {
      await turn();
      if (live(key)) return false;
      entries.set(key, { ...draft });
      return true;
    },
    async swap(key, expected, value, expiresAt) {
      await turn();
      if (live(key)?.value !== expected) return false;
      entries.set(key, { value, expiresAt });
      return true;
    },
  };
}

export interface Entry extends AuditEvent {
  readonly scope: Scope;
}

/** Passwords stand in the clear here, with the age of their hash: `right` or `right-outdated`. */
export interface Resident {
  readonly user: User;
  readonly password: string;
  readonly hash?: 'right' | 'right-outdated';
  readonly expiresAt?: Date;
}

export const DEVICE = 'a browser’s own';

const OPEN: CountedAttempt = { door: 'open', isLast: false, key: 'k' };

/**
 * The service on doubles that behave as their rooms promise. `calls` is everything it asked of them,
 * in order; where it hashes they say how many units were open.
 */
export function createBench(
  residents: readonly Resident[] = [{ user: aUser(), password: 'right' }],
) {
  const clock = createTestClock();
  const states = createStateMemory(clock);
  const calls: string[] = [];
  const entries: Entry[] = [];
  const suspended = new Set<string>();
  const stored = new Map<string, string>();
  const people = new Map(residents.map(({ user }) => [user.id as string, user]));
  const mails: MailDraft[] = [];
  const devices: string[] = [];
  const ended: (readonly [string, Date | undefined])[] = [];
  const expiries = new Map(residents.map(({ user, expiresAt }) => [user.id as string, expiresAt]));
  let counted: CountedAttempt = OPEN;
  let faults: readonly PasswordFault[] = [];
  let openUnits = 0;
  const resident = (id: string) => residents.find(({ user }) => user.id === id);
  /** Row-level security: of another tenant, nothing is seen. */
  const visible = (unit: Unit, id: string) => {
    const found = resident(id);
    const { scope } = unit;
    return scope.kind === 'tenant' && scope.tenantId === found?.user.tenantId ? found : undefined;
  };

  async function within<T>(
    call: string,
    scope: Scope,
    work: (unit: Unit) => Promise<T>,
  ): Promise<T> {
    calls.push(call);
    openUnits += 1;
    try {
      return await work({ scope } as Unit);
    } finally {
      openUnits -= 1;
      calls.push('close');
    }
  }

  const deps: SignInDeps = {
    clock,
    states,
    digest: createDigest(Buffer.alloc(32, 3)),
    units: {
      run: (scope, work) => within(`open ${scope.kind}`, scope, work),
      once: (scope, work) => within(`once ${scope.kind}`, scope, work),
    },
    users: {
      async locate(_, email) {
        calls.push('users.locate');
        const found = residents.find(({ user }) => user.email === email);
        return found && { id: found.user.id, tenantId: found.user.tenantId };
      },
      async find(unit, id) {
        calls.push('users.find');
        return visible(unit, id) && people.get(id);
      },
    },
    tenants: {
      async find(_, id) {
        calls.push('tenants.find');
        const known = residents.some(({ user }) => user.tenantId === id);
        return known ? { status: suspended.has(id) ? 'suspended' : 'active' } : undefined;
      },
    },
    passwords: {
      async read(unit, id) {
        calls.push('passwords.read');
        const expiresAt = expiries.get(id) ?? null;
        const hash = stored.get(id) ?? `phc of ${id}`;
        return visible(unit, id) && { hash, imported: false, changedAt: BORN, expiresAt };
      },
      async rehash() {
        calls.push(`passwords.rehash with ${openUnits} open`);
        return 'new phc';
      },
      async renew(_, id, { to }) {
        calls.push('passwords.renew');
        stored.set(id, to);
        return true;
      },
      async prepare(password) {
        calls.push(`passwords.prepare with ${openUnits} open`);
        if (faults.length > 0) return { ok: false, reason: 'unfit', faults };
        return done<PreparedPassword>({ hash: `phc of ${password}`, expiresAt: null });
      },
      async put(_, id, { hash, expiresAt }) {
        calls.push('passwords.put');
        stored.set(id, hash);
        expiries.set(id, expiresAt ?? undefined);
        return true;
      },
    },
    door: {
      async try({ email }, _, password) {
        calls.push(`door.try with ${openUnits} open`);
        const address = normaliseEmail(email);
        const found = residents.find(({ user }) => user.email === address);
        const isRight = counted.door === 'open' && found?.password === password;
        return { attempt: counted, check: isRight ? (found.hash ?? 'right') : 'wrong' };
      },
    },
    lockout: {
      right: async () => void calls.push('lockout.right'),
      wrong: async () => void calls.push('lockout.wrong'),
      async rememberDevice(_, owner, device) {
        calls.push('lockout.rememberDevice');
        devices.push(`${owner.id} ${device}`);
      },
    },
    verification: {
      async issue() {
        calls.push('verification.issue');
        return true;
      },
    },
    sessions: {
      async endAll(_, id, reason, before) {
        calls.push('sessions.endAll');
        ended.push([`${id} ${reason}`, before]);
      },
    },
    outbox: {
      async mail(_, draft) {
        calls.push('outbox.mail');
        mails.push(draft);
        return true;
      },
    },
    audit: {
      async record({ scope }, event) {
        calls.push('audit.record');
        entries.push({ ...event, scope });
      },
    },
  };

  const signIn = createSignIn(deps);
  const visit = (interaction = anInteraction()): Visit => ({
    interaction,
    device: DEVICE,
    origin: { requestId: 'r' },
  });
  return {
    ...{ clock, states, calls, entries, stored, deps, signIn, visit, mails, devices, ended },
    suspend: (tenant: string) => suspended.add(tenant),
    /** What the lockout room answers from now on. */
    counts: (attempt: Partial<CountedAttempt>) => {
      counted = { ...OPEN, ...attempt };
    },
    /** What is wrong with every new password from now on. */
    finds: (...found: readonly PasswordFault[]) => {
      faults = found;
    },
    /** Somebody proves an address elsewhere. */
    verify: (user: User) => people.set(user.id, { ...user, emailVerifiedAt: BORN }),
    /** Begins an interaction and tries a password on it. */
    async attempt(email: string, password: string, interaction = anInteraction()) {
      await signIn.stand(visit(interaction));
      calls.length = 0;
      return signIn.attempt({ ...visit(interaction), email, password });
    },
  };
}
