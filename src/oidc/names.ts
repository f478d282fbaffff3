import type { Digest } from '#src/kernel/ports.ts';
import type { NoteBook } from './notes.ts';

/**
 * What artifacts are called where they are kept. Never by their id: a dump of either store holds no
 * session, code or token that could be presented (R7.6, security case 133).
 */
export interface ArtifactNames {
  /** What stands for an artifact's id in Postgres. */
  digest(model: string, id: string): string;
  /** The ephemeral store's key of an artifact. */
  key(model: string, id: string): string;
  /** The index that finds a session by its uid. */
  sessionIndex(uid: string): string;
  /** The index that finds a person's sessions. */
  sessionsOf(user: string): string;
  /** The one refresh token that may come of a code or of another: derived, so that there is no second (D9). */
  successor(origin: string): string;
}

/** A digest is made once a request, however many of its statements name the artifact. */
export function createArtifactNames(digest: Digest, notes: NoteBook): ArtifactNames {
  function of(model: string, id: string): string {
    const known = notes.current()?.digests.get(id);
    if (known?.model === model) return known.digest;
    const made = digest.of(`oidc:${model}`, id);
    notes.current()?.digests.set(id, { model, digest: made });
    return made;
  }

  return {
    digest: of,
    key: (model, id) => `oidc:${model}:${of(model, id)}`,
    sessionIndex: (uid) => `oidc:session-uid:${of('SessionUid', uid)}`,
    sessionsOf: (user) => `oidc:session-of:${of('SessionOf', user)}`,
    successor: (origin) => digest.of('oidc:refresh-successor', origin),
  };
}
