import { randomBytes } from 'node:crypto';
import type { Ended } from './logout-token.ts';
import type { SignedIn } from './relying-party.ts';

/** The application's own sessions, in memory: they end with the process. */
export interface Sessions {
  /** Starts one and says what to put in the cookie. */
  start(signedIn: SignedIn): string;
  find(id: string | undefined): SignedIn | undefined;
  end(id: string | undefined): void;
  /** Ends what a logout token names; `sid` is the narrower of the two and wins. */
  endWhere(ended: Ended): void;
}

/** At most `limit` at once: the oldest makes room, so that a busy demo does not grow without end. */
export function createSessions(limit = 1000): Sessions {
  const sessions = new Map<string, SignedIn>();

  return {
    start(signedIn) {
      const oldest = sessions.keys().next();
      if (sessions.size >= limit && !oldest.done) sessions.delete(oldest.value);
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, signedIn);
      return id;
    },
    find: (id) => (id === undefined ? undefined : sessions.get(id)),
    end(id) {
      if (id !== undefined) sessions.delete(id);
    },
    endWhere(ended) {
      for (const [id, { claims }] of sessions) {
        const bySession = ended.sid !== undefined && claims['sid'] !== undefined;
        const named = bySession ? claims['sid'] === ended.sid : claims.sub === ended.sub;
        if (named) sessions.delete(id);
      }
    },
  };
}
