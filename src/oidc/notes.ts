import type { Verdict } from '#src/features/sessions/index.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { Provider } from './engine.ts';

/** What Postgres said about a person whose session or token was presented. */
export type Person = Extract<Verdict, { alive: true }>['user'];

/** What one request of the engine has learned or done, so that no store is asked twice. */
export interface Notes {
  /** When it reached us. */
  readonly startedAt: Date;
  /** People whose standing was judged in this request, by `sub`. */
  readonly people: Map<string, Person>;
  /** What stands for the ids of artifacts where they are kept. */
  readonly digests: Map<string, { readonly model: string; readonly digest: string }>;
  /** Grants that came along with another artifact, by id. */
  readonly grants: Map<string, Record<string, unknown>>;
  /** Sessions as they were loaded: the clients each held. */
  readonly loaded: Map<string, readonly string[]>;
  /** The refresh token that this request spends: its successor's write spends it (D9). */
  spending?: string;
  /** A spent refresh token was presented after the window: its family goes. */
  reuse?: true;
  /** The session's id was closed while this request was under way: its cookie must not be set. */
  outrun?: true;
  /** An audit entry was written in the transaction of the act. */
  audited?: true;
  /** What made the engine answer `server_error`. */
  fault?: unknown;
}

/** Keeps one set of notes for each request that the engine serves, and none outside of them. */
export interface NoteBook {
  current(): Notes | undefined;
  of(context: object): Notes;
}

export function createNoteBook(clock: Clock): NoteBook {
  const book = new WeakMap<object, Notes>();

  function of(context: object): Notes {
    const known = book.get(context);
    if (known) return known;
    const fresh: Notes = {
      startedAt: clock.now(),
      people: new Map(),
      digests: new Map(),
      grants: new Map(),
      loaded: new Map(),
    };
    book.set(context, fresh);
    return fresh;
  }

  return {
    of,
    current() {
      const context = Provider.ctx;
      return context && of(context);
    },
  };
}
