import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import type { Recovery } from '#src/features/recovery/index.ts';
import type { Sessions } from '#src/features/sessions/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import { Conflict } from '#src/kernel/faults.ts';
import type { Ids, UserId } from '#src/kernel/ids.ts';
import { done, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { DOORSTEP } from './accounts.ts';
import { changeConfirmed, changeUndone } from './events.ts';
import { type Act, digestOf } from './links.ts';
import { changedMail, undoneMail } from './mail.ts';
import { isOutweighed, type Opened, UNDO_LIFETIME } from './policy.ts';
import type { Change, EmailChangeStore } from './store.ts';

export interface ActsDeps {
  readonly units: Units;
  readonly store: Pick<EmailChangeStore, 'confirm' | 'undo' | 'reservedFor'>;
  readonly users: Pick<UserStore, 'locate' | 'find' | 'changeEmail' | 'discardUnproven'>;
  readonly recovery: Pick<Recovery, 'revoke'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly issuer: string;
}

/** What the two links of a change do. */
export function createActs(deps: ActsDeps) {
  const { units, store, users, recovery, sessions, outbox, audit, clock, ids, digest, issuer } =
    deps;

  /** Puts an address in the place of the one they have; what was mailed to that is good for nothing then. */
  async function move(unit: Unit, id: UserId, change: { from: string; to: string }) {
    // Before the account's own row is taken: a reset takes them in this order too.
    await recovery.revoke(unit, id);
    // Somebody registered it and never proved it: they make way for whoever did.
    const holder = await users.locate(unit, change.to);
    if (holder && holder.id !== id) await users.discardUnproven(unit, holder.id);
    return users.changeEmail(unit, id, { ...change, at: clock.now() });
  }

  async function confirm(unit: Unit, { change }: Opened, origin: Origin) {
    const { oldEmail: from, newEmail: to, userId } = change;
    const moved = await move(unit, userId, { from, to });
    if (moved === 'taken') return refused('address-taken');
    if (moved === 'stale') return refused('link-overtaken');
    // The account is held from here on. A reset that came in between must not be overlooked.
    const user = await users.find(unit, userId);
    if (!user || isOutweighed(change, user))
      throw new Conflict('The account has changed meanwhile.');
    const at = clock.now();
    const undoExpiresAt = later(at, UNDO_LIFETIME);
    const token = ids.secret();
    const undoDigest = digestOf(digest, { kind: 'undo', token });
    await store.confirm(unit, change.id, { at, undoDigest, undoExpiresAt });
    const { name } = user;
    const href = `${issuer}/email/undo/${token}`;
    await outbox.mail(unit, changedMail(change, { name, href, expiresAt: undoExpiresAt }));
    await audit.record(unit, changeConfirmed(change, change, origin));
    return done(to);
  }

  async function undo(unit: Unit, { change, account }: Opened, origin: Origin) {
    const { oldEmail: to, userId } = change;
    const { email: from, name } = account.user;
    const moved = await move(unit, userId, { from, to });
    if (moved === 'taken') return refused('address-taken');
    if (moved === 'stale') return refused('link-overtaken');
    await store.undo(unit, change, clock.now());
    await sessions.endAll(unit, userId, 'email-change-undone');
    await outbox.mail(unit, undoneMail(to, name, `${issuer}/recovery`));
    await audit.record(unit, changeUndone(change, { from, to }, origin));
    return done(to);
  }

  return {
    /** Makes the change, unless somebody else has the address by now, or may take it back. */
    async confirming({ newEmail, userId }: Change, origin: Origin): Promise<Act> {
      const reservedFor = await units.once(DOORSTEP, (unit) =>
        store.reservedFor(unit, newEmail, clock.now()),
      );
      return async (unit, opened) =>
        reservedFor && reservedFor !== userId
          ? refused('address-taken')
          : confirm(unit, opened, origin);
    },

    /** Takes the old address back, over all that was changed since, and ends every session. */
    async undoing(_: Change, origin: Origin): Promise<Act> {
      return (unit, opened) => undo(unit, opened, origin);
    },
  };
}
