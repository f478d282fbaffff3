import type { Context } from 'koa';
import { type SessionFacts, sessionEnd } from '#src/features/sessions/index.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import type { People } from './account.ts';
import type { EngineSession } from './engine.ts';
import type { ProviderHost } from './host.ts';
import type { NoteBook, Person } from './notes.ts';
import type { SessionCookie } from './session-cookie.ts';
import { factsOf } from './session-entry.ts';

/** Whose browser it is, for pages of ours that only a signed-in person may see. */
export interface SignedInPeople {
  /**
   * The person of the browser's one session (ADR 0013) and that session's name, judged like at every load;
   * `undefined` for anybody else. It is a use of the session, which lives on from here (R7.1).
   */
  find(ctx: Context): Promise<SignedIn | undefined>;
}

export type SignedIn = Person & { readonly sid: string };

export interface SignedInDeps {
  readonly host: Pick<ProviderHost, 'current'>;
  readonly people: Pick<People, 'find'>;
  readonly notes: Pick<NoteBook, 'during'>;
  readonly sessionCookie: Pick<SessionCookie, 'write'>;
  readonly clock: Clock;
}

export function createSignedInPeople(deps: SignedInDeps): SignedInPeople {
  const { host, people, notes } = deps;
  return {
    find: (ctx) =>
      notes.during(ctx, async (noted) => {
        const session = await host.current.Session.get(ctx);
        const facts = factsOf(session);
        const person = facts && (await people.find(facts.userId, facts.signedInAt));
        if (!person) return undefined;
        const end = await touch(session, facts, deps);
        // Its id was renewed or ended meanwhile: the browser has a better cookie already, or none.
        if (!noted.outrun) deps.sessionCookie.write(ctx, session.jti, end);
        return { ...person, sid: facts.uid };
      }),
  };
}

/** Lets it live on from now, and says until when. */
async function touch(
  session: EngineSession,
  { signedInAt }: SessionFacts,
  { clock }: SignedInDeps,
): Promise<Date> {
  const now = clock.now();
  const end = sessionEnd(signedInAt, now);
  await session.save(Math.max(1, epochSeconds(end) - epochSeconds(now)));
  return end;
}
