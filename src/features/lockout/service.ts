import type { Audit } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import { type Clock, DAY, HOUR, later } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { lockoutClosed, lockoutOpened } from './events.ts';
import { createKeys, type Keys } from './keys.ts';
import type { CountedAttempt, Lockout } from './lockout.ts';
import { type ClosedNotice, closedMail } from './mail.ts';
import { after, isClosed, PAUSE } from './policy.ts';
import type { LockoutStore } from './store.ts';

export interface LockoutRoom extends Lockout {
  /** Whether somebody has signed in to the account of this address with this browser. */
  isKnown(email: string, device: string): Promise<boolean>;
  /**
   * The password could not be looked at after all, and its attempt is no longer counted. Only for what
   * nobody learnt anything from.
   */
  takeBack(attempt: CountedAttempt): Promise<void>;
  /** Forgets counts and devices that nobody has come back to; called by the timetable. */
  sweep(limit: number): Promise<void>;
}

export interface LockoutDeps {
  readonly units: Units;
  readonly store: LockoutStore;
  readonly outbox: Pick<Outbox, 'mail' | 'mayMail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'secret'>;
  readonly digest: Digest;
  /** Where links in mails lead: a bare origin, from configuration (D19). */
  readonly issuer: string;
}

/**
 * How long the mailed link works: longer than the pause, for mail that is read late, when the account may
 * have been closed anew. All it can do is let its owner try again.
 */
const LINK_LIFE = 24 * HOUR;

const MOST_DEVICES = 20;
const UNTOUCHED = 30 * DAY;
const UNSEEN = 180 * DAY;

const SCOPE: Scope = { kind: 'system', job: 'lockout' };

export function createLockout(deps: LockoutDeps): LockoutRoom {
  const keys = createKeys(deps.digest);
  const { store, clock } = deps;
  return {
    ...createCounting(deps, keys),
    ...createEndings(deps, keys),

    isKnown: async (typed, device) => {
      const email = normaliseEmail(typed);
      if (email === undefined) return false;
      const digest = keys.digestOfDevice(device);
      return deps.units.once(SCOPE, (unit) => store.isKnown(unit, email, digest));
    },

    async rememberDevice(unit, { id, tenantId }, device) {
      const deviceDigest = keys.digestOfDevice(device);
      const known = { userId: id, tenantId, deviceDigest, seenAt: clock.now() };
      await store.remember(unit, known, MOST_DEVICES);
    },

    async sweep(limit) {
      const now = clock.now();
      const untouchedSince = later(now, -UNTOUCHED);
      const unseenSince = later(now, -UNSEEN);
      await deps.units.run(SCOPE, (unit) =>
        store.sweep(unit, { now, untouchedSince, unseenSince, limit }),
      );
    },
  };
}

/** What happens before a password is looked at: each in a unit of its own, committed before that. */
function createCounting(
  { units, store, clock }: LockoutDeps,
  keys: Keys,
): Pick<LockoutRoom, 'count' | 'takeBack'> {
  return {
    count: (subject) =>
      units.run(SCOPE, async (unit) => {
        const now = clock.now();
        const { key, state } = await store.take(unit, keys.candidatesOf(subject), now);
        const next = after(state, 'attempt', now);
        // Written where it stays as it was, too: a closed door takes as long as an open one (R3.3).
        await store.put(unit, key, next);
        if (isClosed(state, now)) return { door: 'closed', isLast: false, key };
        const { closedUntil } = next;
        return {
          door: 'open',
          isLast: isClosed(next, now),
          key,
          ...(closedUntil && { closedUntil }),
        };
      }),

    async takeBack({ door, key }) {
      if (door === 'closed') return;
      await units.run(SCOPE, async (unit) => {
        const now = clock.now();
        const { state } = await store.take(unit, { deviceKey: key, addressKey: key }, now);
        await store.put(unit, key, after(state, 'taken-back', now));
      });
    },
  };
}

/** What comes of it: each joins the unit of the act. */
function createEndings(
  deps: LockoutDeps,
  keys: Keys,
): Pick<LockoutRoom, 'wrong' | 'right' | 'open'> {
  const { store, audit, clock } = deps;
  return {
    async wrong(unit, subject, attempt) {
      const { isLast, key, closedUntil = later(clock.now(), PAUSE) } = attempt;
      if (!isLast) return;
      const place = key === keys.ofAddress(subject.email) ? 'other-devices' : 'known-device';
      await audit.record(unit, lockoutClosed(subject, attempt, place));
      if (subject.owner)
        await notify(deps, unit, { owner: subject.owner, place, closedUntil, keys });
    },

    right: (unit, { key }) => store.wipe(unit, [key]),

    async open(unit, owner, how) {
      const devices = how.forgetDevices
        ? await store.forgetDevices(unit, owner.id)
        : await store.devicesOf(unit, owner.id);
      const ofDevices = devices.map((device) => keys.ofDevice(owner.id, device));
      await store.wipe(unit, [keys.ofAddress(owner.email), ...ofDevices]);
      await audit.record(unit, lockoutOpened(owner, unit.scope, how));
    },
  };
}

/** Mails a link that opens the account; beyond the share of an hour nothing, and the older link stays good. */
async function notify(
  { store, outbox, clock, ids, issuer }: LockoutDeps,
  unit: Unit,
  { keys, ...closed }: Pick<ClosedNotice, 'owner' | 'place' | 'closedUntil'> & { keys: Keys },
): Promise<void> {
  const now = clock.now();
  const token = ids.secret();
  const expiresAt = later(now, LINK_LIFE);
  const mail = closedMail({ ...closed, issuer, token, expiresAt });
  if (!(await outbox.mayMail(unit, mail))) return;
  const { id: userId, tenantId } = closed.owner;
  const tokenDigest = keys.digestOfToken(token);
  await store.putUnlock(unit, { userId, tenantId, tokenDigest, createdAt: now, expiresAt });
  await outbox.mail(unit, mail);
}
