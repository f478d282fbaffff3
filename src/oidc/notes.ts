import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'koa';
import type { Verdict } from '#src/features/sessions/index.ts';
import { type Caller, callerOf } from '#src/http/caller.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { Provider } from './engine.ts';
import type { StoredSession } from './session-entry.ts';

/** What Postgres said about a person whose session or token was presented. */
export type Person = Extract<Verdict, { alive: true }>['user'];

/** What one request of the engine has learned or done, so that no store is asked twice. */
export interface Notes {
  /** When it reached us. */
  readonly startedAt: Date;
  /** Where it came from. */
  readonly caller: Caller;
  /** People whose standing was judged in this request, by `sub`. */
  readonly people: Map<string, Person>;
  /** What stands for the ids of artifacts where they are kept. */
  readonly digests: Map<string, { readonly model: string; readonly digest: string }>;
  /** Grants that came along with another artifact, by id. */
  readonly grants: Map<string, Record<string, unknown>>;
  /** Sessions as they were loaded, by where they are kept. */
  readonly loaded: Map<string, StoredSession>;
  /** Applications that the engine would have told of a session's end, and that have not been written down yet. */
  readonly toTell: { clientId: string; userId: string; sid: string }[];
  /** The applications that hear of the session that this request ended. */
  told?: readonly string[];
  /** The refresh token that this request spends: its successor's write spends it (D9). */
  spending?: string;
  /** Spends it and writes its successor, when the access token beside it is kept. */
  rotation?: () => Promise<void>;
  /** A spent refresh token was presented after the window, and the session it came of: its family goes. */
  reuse?: { readonly session: string | undefined };
  /** The session's id was closed while this request was under way: its cookie must not be set. */
  outrun?: true;
  /** An audit entry was written in the transaction of the act. */
  audited?: true;
  /** What made the engine answer `server_error`. */
  fault?: unknown;
}

/** Keeps one set of notes for each request that the engine has a part in, and none outside of them. */
export interface NoteBook {
  current(): Notes | undefined;
  of(context: Context): Notes;
  /** Works for a page of ours that asks the engine something: within it, its request is the current one. */
  during<T>(context: Context, work: (notes: Notes) => Promise<T>): Promise<T>;
}

export function createNoteBook(clock: Clock): NoteBook {
  const book = new WeakMap<Context, Notes>();
  const ours = new AsyncLocalStorage<Context>();

  function of(context: Context): Notes {
    const known = book.get(context);
    if (known) return known;
    const fresh: Notes = {
      startedAt: clock.now(),
      caller: callerOf(context),
      people: new Map(),
      digests: new Map(),
      grants: new Map(),
      loaded: new Map(),
      toTell: [],
    };
    book.set(context, fresh);
    return fresh;
  }

  return {
    of,
    current() {
      const context = Provider.ctx ?? ours.getStore();
      return context && of(context);
    },
    during: (context, work) => ours.run(context, () => work(of(context))),
  };
}
