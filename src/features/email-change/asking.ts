import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Lockout, PasswordDoor, Subject, TriedPassword } from '#src/features/lockout/index.ts';
import type { Passwords } from '#src/features/passwords/index.ts';
import { Unauthenticated } from '#src/kernel/faults.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { ownerOf, type Whose } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { DOORSTEP } from './accounts.ts';
import { type AnswersDeps, createAnswers } from './answers.ts';
import { changeRefused, changeRequested } from './events.ts';

export interface AskingDeps extends AnswersDeps {
  readonly passwords: Pick<Passwords, 'read'>;
  readonly door: PasswordDoor;
  readonly lockout: Pick<Lockout, 'right' | 'wrong'>;
  readonly audit: Pick<Audit, 'record'>;
}

/** Somebody who is signed in, and what they typed. */
export interface Wish {
  readonly person: { readonly id: UserId; readonly tenantId: TenantId };
  readonly newEmail: string;
  readonly password: string;
  /** What the browser's device cookie holds. */
  readonly device: string;
  readonly origin: Origin;
}

export type Unasked = 'no-address' | 'same-address' | 'wrong-password';

export function createAsking(deps: AskingDeps) {
  const { units, users, passwords, door, lockout, audit, digest } = deps;
  const { holderOf, answer } = createAnswers(deps);

  async function read({ person }: Wish) {
    const scope = ownerOf({ userId: person.id, tenantId: person.tenantId });
    return units.run(scope, async (unit) => {
      const user = await users.find(unit, person.id);
      if (!user) throw new Unauthenticated('The account is gone.');
      return { user, stored: await passwords.read(unit, user.id) };
    });
  }

  /** The password was wrong, which counts against them as at every door. */
  async function refuse(subject: Subject, { attempt }: TriedPassword, whose: Whose): Promise<void> {
    const refusal = { step: 'ask', reason: 'wrong-password' } as const;
    await units.run(ownerOf(whose), async (unit) => {
      await lockout.wrong(unit, subject, attempt);
      await audit.record(unit, changeRefused(whose, refusal, subject.origin));
    });
  }

  return async (wish: Wish): Promise<Outcome<undefined, Unasked>> => {
    const { newEmail, password, device, origin } = wish;
    const address = normaliseEmail(newEmail);
    if (address === undefined) return refused('no-address');
    const { user, stored } = await read(wish);
    if (address === user.email) return refused('same-address');

    const whose = { userId: user.id, tenantId: user.tenantId };
    const subject = { email: user.email, owner: user, device, origin };
    // No transaction is open here: hashing takes longer than a connection may be kept.
    const tried = await door.try(subject, stored, password);
    if (tried.check === 'wrong') {
      await refuse(subject, tried, whose);
      return refused('wrong-password');
    }
    const holder = await holderOf(address, user.id);
    // A mail to somebody of another tenant goes out under that tenant's name.
    const scope = holder?.is === 'taken' ? DOORSTEP : ownerOf(whose);
    await units.run(scope, async (unit) => {
      await lockout.right(unit, tried.attempt);
      const outcome = await answer(unit, user, { address, ...(holder && { holder }) });
      const addressDigest = digest.of('email-change-address', address);
      await audit.record(unit, changeRequested(whose, { outcome, addressDigest }, origin));
    });
    return done(undefined);
  };
}
