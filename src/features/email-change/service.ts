import type { Origin } from '#src/features/audit/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import { done, type Outcome } from '#src/kernel/outcome.ts';
import { type ActsDeps, createActs } from './acts.ts';
import { type AskingDeps, createAsking, type Unasked, type Wish } from './asking.ts';
import { createLinks, type LinksDeps, type Mailed, type Unmade } from './links.ts';
import type { DeadLink } from './policy.ts';
import type { EmailChangeStore } from './store.ts';

/** The two addresses of a change. */
export interface Addresses {
  readonly oldEmail: string;
  readonly newEmail: string;
}

export interface EmailChange {
  /**
   * Mails the new address a link, for whoever shows their password once more; nothing changes before it is
   * used. Whether the address is somebody else's, who is told, nobody learns who asks.
   */
  ask(wish: Wish): Promise<Outcome<undefined, Unasked>>;
  /** What a link would do. */
  look(mailed: Mailed): Promise<Outcome<Addresses, DeadLink>>;
  /**
   * The address is the new one from now on, and proven; the old one is told, with a link that undoes it for
   * 72 hours. Links to reset the password that were mailed before are dead. Answers with the new address.
   */
  confirm(token: string, origin: Origin): Promise<Outcome<string, Unmade>>;
  /**
   * The address is again what it was before this change, whatever was changed since; every session ends,
   * and the owner is told to choose a new password. Answers with the old address.
   */
  undo(token: string, origin: Origin): Promise<Outcome<string, Unmade>>;
}

export interface EmailChangeDeps extends AskingDeps, LinksDeps, ActsDeps {
  readonly store: EmailChangeStore;
  readonly users: Pick<UserStore, 'locate' | 'find' | 'changeEmail' | 'discardUnproven'>;
}

export function createEmailChange(deps: EmailChangeDeps): EmailChange {
  const links = createLinks(deps);
  const { confirming, undoing } = createActs(deps);

  return {
    ask: createAsking(deps),

    async look(mailed) {
      const opened = await links.look(mailed);
      if (!opened.ok) return opened;
      const { oldEmail, newEmail } = opened.value.change;
      return done({ oldEmail, newEmail });
    },

    confirm: (token, origin) =>
      links.use({ kind: 'confirm', token }, origin, (change) => confirming(change, origin)),

    undo: (token, origin) =>
      links.use({ kind: 'undo', token }, origin, (change) => undoing(change, origin)),
  };
}
