import fc from 'fast-check';
import { expect } from 'vitest';
import type { AuditEvent } from '#src/features/audit/index.ts';
import type { MailDraft } from '#src/features/outbox/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { DAY, HOUR, later, MINUTE } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { createPasswordDoor } from './door.ts';
import type { Owner, Subject } from './lockout.ts';
import type { LockoutState } from './policy.ts';
import { createLockout } from './service.ts';
import type { KnownDevice, LockoutStore, Unlock } from './store.ts';
import { createUnlocking } from './unlocking.ts';

export const ISSUER = 'https://id.example.test';
const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');

export function anOwner(over: Partial<Owner> = {}): Owner {
  return {
    id: userId('01890000-0000-7000-8000-000000000001'),
    tenantId: TENANT,
    email: 'ada@x.test',
    ...over,
  };
}

/** Two people with an account, and an address without one. */
export const PEOPLE: readonly Subject[] = [
  { owner: anOwner(), email: anOwner().email, origin: {} },
  { owner: aSecondOwner(), email: aSecondOwner().email, origin: {} },
  { email: 'nobody@x.test', origin: {} },
];

function aSecondOwner(): Owner {
  return anOwner({ id: userId('01890000-0000-7000-8000-000000000002'), email: 'bob@x.test' });
}

/** Counts, devices and links in memory. `states` is every count by its key. */
function createStoreMemory(
  residents: readonly Owner[],
): LockoutStore & { readonly states: Map<string, LockoutState> } {
  const states = new Map<string, LockoutState>();
  const links = new Map<string, Unlock>();
  let known: KnownDevice[] = [];
  const ofUser = (id: string) => known.filter((device) => device.userId === id);
  const digests = (devices: readonly KnownDevice[]) =>
    devices.map(({ deviceDigest }) => deviceDigest);

  return {
    states,
    async take(_, { userId: id = '', deviceDigest = '', deviceKey, addressKey }) {
      const key = digests(ofUser(id)).includes(deviceDigest) ? deviceKey : addressKey;
      return { key, state: states.get(key) ?? { failures: 0 } };
    },
    async put(_, key, state) {
      states.set(key, state);
    },
    async wipe(_, keys) {
      for (const key of keys) states.delete(key);
    },
    async remember(_, device, most) {
      const isSame = (one: KnownDevice) =>
        one.userId === device.userId && one.deviceDigest === device.deviceDigest;
      const others = known.filter((one) => !isSame(one));
      const theirs = others
        .filter((one) => one.userId === device.userId)
        .toSorted((one, other) => other.seenAt.getTime() - one.seenAt.getTime())
        .slice(0, most - 1);
      known = [...others.filter((one) => one.userId !== device.userId), ...theirs, device];
    },
    async isKnown(_, email, deviceDigest) {
      const owner = residents.find((resident) => resident.email === email);
      return owner !== undefined && digests(ofUser(owner.id)).includes(deviceDigest);
    },
    devicesOf: async (_, id) => digests(ofUser(id)),
    async forgetDevices(_, id) {
      const forgotten = ofUser(id);
      known = known.filter((device) => device.userId !== id);
      return digests(forgotten);
    },
    async putUnlock(_, unlock) {
      links.set(unlock.userId, unlock);
    },
    async peekUnlock(_, tokenDigest) {
      return [...links.values()].find((link) => link.tokenDigest === tokenDigest);
    },
    async spendUnlock(_, tokenDigest, at) {
      const link = [...links.values()].find((one) => one.tokenDigest === tokenDigest);
      if (!link || link.spentAt) return false;
      links.set(link.userId, { ...link, spentAt: at });
      return true;
    },
    async sweep() {},
  };
}

/** One unit after another, as the lock on a row makes them. */
function createTurns(): Units {
  let tail: Promise<unknown> = Promise.resolve();
  const run: Units['run'] = (scope, work) => {
    const turn = tail.then(() => work({ scope } as Unit));
    tail = turn.catch(() => undefined);
    return turn;
  };
  return { run, once: run };
}

export interface Entry extends AuditEvent {
  readonly scope: Scope;
}

/** The room on doubles that behave as their rooms promise; `looked` is every password that was looked at. */
export function createBench(residents: readonly Owner[] = [anOwner()]) {
  const clock = createTestClock();
  const units = createTurns();
  const store = createStoreMemory(residents);
  const digest = createDigest(Buffer.alloc(32, 5));
  const entries: Entry[] = [];
  const mails: MailDraft[] = [];
  const looked: string[] = [];
  const quota = { left: Number.POSITIVE_INFINITY };

  const audit = {
    async record({ scope }: Unit, event: AuditEvent) {
      entries.push({ ...event, scope });
    },
  };
  const outbox = {
    mayMail: async () => quota.left > 0,
    async mail(_: Unit, draft: MailDraft) {
      quota.left -= 1;
      return mails.push(draft) > 0;
    },
  };
  const users = {
    locate: async (_: Unit, email: string) => residents.find((one) => one.email === email),
    find: async (_: Unit, id: string) => userOf(residents.find((one) => one.id === id)),
  };
  const deps = { units, store, outbox, audit, clock, ids: createIds(), digest, issuer: ISSUER };
  const lockout = createLockout(deps);
  const unlocking = createUnlocking({ ...deps, lockout, users });
  const passwords = {
    async check(stored: unknown, password: string) {
      if (stored === undefined) return 'wrong' as const;
      looked.push(password);
      return password === 'right' ? ('right' as const) : ('wrong' as const);
    },
  };
  const door = createPasswordDoor({ lockout, passwords });
  return { ...deps, entries, mails, looked, quota, lockout, unlocking, passwords, door };
}

export type Bench = ReturnType<typeof createBench>;

function userOf(owner: Owner | undefined) {
  const born = new Date('2029-01-01T00:00:00Z');
  return (
    owner && {
      ...owner,
      name: 'Ada',
      role: 'user' as const,
      status: 'active' as const,
      selfRegistered: false,
      sessionsValidFrom: born,
      createdAt: born,
      updatedAt: born,
    }
  );
}

/** What the model and the real thing have in common. */
export type Room = Pick<Bench, 'clock' | 'units' | 'lockout' | 'door'>;

const STORED = {
  hash: 'phc',
  imported: false,
  changedAt: new Date('2029-01-01T00:00:00Z'),
  expiresAt: null,
};

/** Tries a password as a door does: through `PasswordDoor`, and then what came of it. */
export async function tryPassword(room: Room, subject: Subject, password: string) {
  const { units, lockout, door } = room;
  const { owner, device } = subject;
  const tried = await door.try(subject, owner && STORED, password);
  const scope: Scope = owner
    ? { kind: 'tenant', tenantId: owner.tenantId, actor: 'visitor' }
    : { kind: 'system', job: 'door' };
  await units.run(scope, async (unit) => {
    if (tried.check === 'wrong') return lockout.wrong(unit, subject, tried.attempt);
    await lockout.right(unit, tried.attempt);
    if (owner && device !== undefined) await lockout.rememberDevice(unit, owner, device);
  });
  return tried;
}

/** One thing that somebody does: wait a while, then try a password at an account with a browser. */
export interface Step {
  readonly wait: number;
  readonly who: number;
  readonly browser: number;
  readonly password: 'right' | 'wrong';
}

/** Any steps, with those that matter made likely: many wrong ones in a row, and waits about as long as a pause. */
export function someSteps(people: number, browsers: number): fc.Arbitrary<Step[]> {
  const wait = fc.oneof(
    { weight: 6, arbitrary: fc.nat(MINUTE) },
    { weight: 2, arbitrary: fc.integer({ min: -2, max: 2 }).map((off) => 30 * MINUTE + off) },
    { weight: 1, arbitrary: fc.nat(2 * HOUR) },
    { weight: 1, arbitrary: fc.nat(2 * DAY) },
  );
  const step = fc.record({
    wait: wait.map((milliseconds) => Math.max(0, milliseconds)),
    who: fc.nat(people - 1),
    browser: fc.nat(browsers - 1),
    password: fc.constantFrom(
      'wrong' as const,
      'wrong' as const,
      'wrong' as const,
      'right' as const,
    ),
  });
  return fc.array(step, { minLength: 1, maxLength: 40 });
}

/** Ways to write one address. */
export function spellingsOf(email: string): fc.Arbitrary<string> {
  const full = email.replace('@', '＠');
  return fc.constantFrom(
    email,
    email.toUpperCase(),
    ` ${email}\r\n`,
    full,
    ` ${full.toUpperCase()}`,
  );
}

/**
 * Does the steps, and compares every answer with the promise in its plainest words: a list of wrong tries
 * since the last right one for each account and, once a browser has signed in to it, for the two together.
 */
export async function walk(
  room: Room,
  people: readonly Subject[],
  browsers: readonly string[],
  steps: readonly Step[],
): Promise<void> {
  const counts = new Map<string, { wrong: number; closedUntil: Date }>();
  const known = new Set<string>();
  for (const { wait, who, browser, password } of steps) {
    room.clock.pass(wait);
    const now = room.clock.now();
    const subject = { ...people[who], device: browsers[browser] } as Subject;
    const pair = `${who} with ${browser}`;
    const key = known.has(pair) ? pair : `${who}`;
    const count = counts.get(key) ?? { wrong: 0, closedUntil: now };
    const isClosed = count.closedUntil > now;
    const isRight = !isClosed && password === 'right' && subject.owner !== undefined;
    if (!isClosed && count.wrong === 5) count.wrong = 0;
    if (!isClosed) count.wrong += 1;
    const isLast = !isClosed && count.wrong === 5;
    if (isLast) count.closedUntil = later(now, 30 * MINUTE);
    counts.set(key, isRight ? { wrong: 0, closedUntil: now } : count);
    if (isRight) known.add(pair);

    const { attempt, check } = await tryPassword(room, subject, password);
    expect({ door: attempt.door, isLast: attempt.isLast, check }).toStrictEqual({
      door: isClosed ? 'closed' : 'open',
      isLast,
      check: isRight ? 'right' : 'wrong',
    });
  }
}
