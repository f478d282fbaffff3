import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Judgement, Passwords } from '#src/features/passwords/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { refused } from '#src/kernel/outcome.ts';
import { ownerOf, visitorOf, type Whose } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import { createFindAccount, DOORSTEP } from './accounts.ts';
import { recoveryRefused } from './events.ts';
import { type Due, next } from './policy.ts';
import { createSettling, type Settled, type SettlingDeps } from './settling.ts';
import type { RecoveryStore } from './store.ts';

export interface CompletionDeps extends SettlingDeps {
  readonly units: Units;
  readonly store: RecoveryStore;
  readonly passwords: Pick<Passwords, 'prepare' | 'put' | 'read'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
}

/** A password, and the digest of the link it was chosen with. */
export interface Choice {
  readonly tokenDigest: string;
  readonly password: string;
  readonly origin: Origin;
}

export type Ending = Settled | Extract<Judgement, { readonly ok: false }>;

export function createCompletion(deps: CompletionDeps) {
  const { units, store, passwords, audit, clock } = deps;
  const accountOf = createFindAccount(deps);
  const settle = createSettling(deps);

  /** Which page is due for a link, and whose it is, if it is anybody's. */
  async function open(tokenDigest: string): Promise<{ whose?: Whose; due: Due }> {
    const token = await units.once(DOORSTEP, (unit) => store.peek(unit, tokenDigest));
    const account =
      token && (await units.run(visitorOf(token.tenantId), (unit) => accountOf(unit, token)));
    return { ...(token && { whose: token }), due: next(token, account, clock.now()) };
  }

  return {
    open,

    async complete({ tokenDigest, password, origin }: Choice): Promise<Ending> {
      const { whose, due } = await open(tokenDigest);
      const refuse = (event: Parameters<typeof recoveryRefused>[1]) =>
        units.once(whose ? visitorOf(whose.tenantId) : DOORSTEP, (unit) =>
          audit.record(unit, recoveryRefused(whose, event, origin)),
        );
      if (due.page !== 'choose-password') {
        await refuse({ reason: due.page });
        return refused(due.page);
      }
      const { user } = due.account;
      // No transaction is open here: hashing takes longer than a connection may be kept.
      const judged = await passwords.prepare(password, user);
      if (!judged.ok) {
        await refuse(judged);
        return judged;
      }
      const scope = ownerOf({ userId: user.id, tenantId: user.tenantId }, origin);
      const settlement = { tokenDigest, prepared: judged.value, origin };
      return units.run(scope, (unit) => settle(unit, settlement));
    },
  };
}
