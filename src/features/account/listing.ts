import type { LiveSession } from '#src/features/sessions/index.ts';
import { agoWords, browserWords, dateWords, howWords } from './words.ts';

/** An instant, for programs and for people. */
interface Moment {
  readonly iso: string;
  readonly words: string;
}

/** One session, as its owner reads it. */
export interface Entry {
  readonly uid: string;
  /** The one that the reader is in. */
  readonly isPresent: boolean;
  readonly browser: string;
  readonly address?: string;
  readonly signedIn: Moment;
  readonly lastSeen: Moment;
  readonly how?: string;
  /** Their names, by the alphabet. */
  readonly applications: readonly string[];
}

interface Reading {
  /** The uid of the session that the reader is in. */
  readonly sid: string;
  readonly now: Date;
  /** Applications by their ids; one that is gone is left out. */
  readonly names: ReadonlyMap<string, string>;
}

/** The reader's own session first, then the others in the order given. */
export function listingOf(
  sessions: readonly LiveSession[],
  { sid, now, names }: Reading,
): readonly Entry[] {
  const entries = sessions.map((session): Entry => {
    const { uid, address, signedInAt, lastSeenAt } = session;
    const how = howWords(session.how);
    return {
      uid,
      isPresent: uid === sid,
      browser: browserWords(session.browser),
      ...(address !== undefined && { address }),
      signedIn: { iso: signedInAt.toISOString(), words: dateWords(signedInAt) },
      lastSeen: { iso: lastSeenAt.toISOString(), words: agoWords(lastSeenAt, now) },
      ...(how !== undefined && { how }),
      applications: session.applications.flatMap((id) => names.get(id) ?? []).toSorted(byAlphabet),
    };
  });
  return [...entries.filter(isPresent), ...entries.filter((entry) => !isPresent(entry))];
}

const byAlphabet = new Intl.Collator('en').compare;

function isPresent(entry: Entry): boolean {
  return entry.isPresent;
}
