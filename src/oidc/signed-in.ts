import type { Context } from 'koa';
import { fromEpochSeconds } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { People } from './account.ts';
import type { ProviderHost } from './host.ts';
import type { Person } from './notes.ts';

/** Whose browser it is, for pages of ours that only a signed-in person may see. */
export interface SignedInPeople {
  /** The person of the browser's one session (ADR 0013), judged like at every load; `undefined` for anybody else. */
  find(ctx: Context): Promise<Person | undefined>;
}

export function createSignedInPeople(
  host: Pick<ProviderHost, 'current'>,
  people: Pick<People, 'find'>,
): SignedInPeople {
  return {
    async find(ctx) {
      const { accountId, loginTs } = await host.current.Session.get(ctx);
      if (accountId === undefined || loginTs === undefined) return undefined;
      return people.find(userId(accountId), fromEpochSeconds(loginTs));
    },
  };
}
