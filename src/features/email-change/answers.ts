import type { Outbox } from '#src/features/outbox/index.ts';
import type { User, UserStore } from '#src/features/users/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import type { Ids, UserId } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { DOORSTEP } from './accounts.ts';
import type { Answer } from './events.ts';
import { digestOf } from './links.ts';
import { confirmMail, takenMail } from './mail.ts';
import { CONFIRM_LIFETIME } from './policy.ts';
import type { EmailChangeStore } from './store.ts';

export interface AnswersDeps {
  readonly units: Units;
  readonly store: Pick<EmailChangeStore, 'insert' | 'withdraw' | 'reservedFor'>;
  readonly users: Pick<UserStore, 'locate' | 'find'>;
  readonly outbox: Pick<Outbox, 'mail'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  /** Where links lead, whichever host a request names (D19). */
  readonly issuer: string;
}

/** Whoever has an address: an account of it, or somebody who may take it back. */
type Holder = { readonly is: 'taken'; readonly user: User } | { readonly is: 'reserved' };

/** What is mailed to whom, when somebody asks for an address. */
export function createAnswers(deps: AnswersDeps) {
  const { units, store, users, outbox, clock, ids, digest, issuer } = deps;

  /** Mails the new address; of several that were asked for, the newest alone can be confirmed. */
  async function open(unit: Unit, user: User, address: string): Promise<Answer> {
    const token = ids.secret();
    const createdAt = clock.now();
    const expiresAt = later(createdAt, CONFIRM_LIFETIME);
    const mail = confirmMail(address, `${issuer}/email/confirm/${token}`, expiresAt);
    if (!(await outbox.mail(unit, mail))) return 'limited';
    await store.withdraw(unit, user.id, createdAt);
    await store.insert(unit, {
      ...{ id: ids.uuid(), tenantId: user.tenantId, userId: user.id, createdAt, expiresAt },
      ...{ oldEmail: user.email, newEmail: address },
      tokenDigest: digestOf(digest, { kind: 'confirm', token }),
    });
    return 'success';
  }

  return {
    /** Whoever registered an address and never proved it does not count: they make way when it is proven. */
    holderOf: (address: string, asker: UserId): Promise<Holder | undefined> =>
      units.run(DOORSTEP, async (unit) => {
        const located = await users.locate(unit, address);
        const user = located && (await users.find(unit, located.id));
        const reservedFor = await store.reservedFor(unit, address, clock.now());
        if (user && (user.emailVerifiedAt || !user.selfRegistered)) return { is: 'taken', user };
        return reservedFor && reservedFor !== asker ? { is: 'reserved' } : undefined;
      }),

    async answer(unit: Unit, user: User, asked: { address: string; holder?: Holder }) {
      const { address, holder } = asked;
      if (!holder) return open(unit, user, address);
      if (holder.is === 'taken')
        await outbox.mail(unit, takenMail(address, holder.user.tenantId, `${issuer}/recovery`));
      return holder.is;
    },
  };
}
