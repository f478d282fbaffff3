import type { Audit, Origin } from '#src/features/audit/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { ownerOf, visitorOf } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type AccountsDeps, createFindAccount, DOORSTEP } from './accounts.ts';
import { changeRefused } from './events.ts';
import { type DeadLink, judge, type Opened } from './policy.ts';
import type { Change, EmailChangeStore, Link } from './store.ts';

export interface LinksDeps extends AccountsDeps {
  readonly units: Units;
  readonly store: Pick<EmailChangeStore, 'peek' | 'take'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly clock: Clock;
  readonly digest: Digest;
}

export type Unmade = DeadLink | 'address-taken';

/** What a link does in its unit: answers with the address that is theirs then, or with why not. */
export type Act = (unit: Unit, opened: Opened) => Promise<Outcome<string, Unmade>>;

/** A mailed token, and which of a change's two it is. */
export interface Mailed {
  readonly kind: Link['kind'];
  readonly token: string;
}

/** What a link's token is kept as. */
export function digestOf(digest: Digest, { kind, token }: Mailed): string {
  return digest.of(`email-change-${kind}`, token);
}

export function createLinks(deps: LinksDeps) {
  const { units, store, audit, clock, digest } = deps;
  const accountOf = createFindAccount(deps);
  const linkOf = (mailed: Mailed): Link => ({
    kind: mailed.kind,
    digest: digestOf(digest, mailed),
  });
  const peek = (link: Link) => units.once(DOORSTEP, (unit) => store.peek(unit, link));

  return {
    /** Looking spends nothing. */
    async look(mailed: Mailed): Promise<Outcome<Opened, DeadLink>> {
      const change = await peek(linkOf(mailed));
      const account =
        change && (await units.run(visitorOf(change.tenantId), (unit) => accountOf(unit, change)));
      return judge(mailed.kind, change, account, clock.now());
    },

    /**
     * Acts on a good link, its change held: of any number of uses at once, one finds it unspent. What is
     * refused is entered. `plan` looks beyond the tenant, before the unit opens.
     */
    async use(
      mailed: Mailed,
      origin: Origin,
      plan: (change: Change) => Promise<Act>,
    ): Promise<Outcome<string, Unmade>> {
      const link = linkOf(mailed);
      const step = link.kind;
      const change = await peek(link);
      const refuse = async (unit: Unit, reason: Unmade) => {
        await audit.record(unit, changeRefused(change, { step, reason }, origin));
        return refused(reason);
      };
      if (!change) return units.once(DOORSTEP, (unit) => refuse(unit, 'link-unknown'));

      const act = await plan(change);
      return units.run(ownerOf(change, origin), async (unit) => {
        const held = await store.take(unit, change);
        const account = await accountOf(unit, change);
        const opened = judge(step, held, account, clock.now());
        const ending = opened.ok ? await act(unit, opened.value) : opened;
        return ending.ok ? ending : refuse(unit, ending.reason);
      });
    },
  };
}
