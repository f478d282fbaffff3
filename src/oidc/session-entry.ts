import {
  readTrace,
  type SessionFacts,
  type Trace,
  traced,
  traceOf,
  type Use,
  writeTrace,
} from '#src/features/sessions/index.ts';
import type { Entry } from '#src/infra/ephemeral/port.ts';
import { fromEpochSeconds, MINUTE } from '#src/kernel/clock.ts';
import { userId } from '#src/kernel/ids.ts';
import type { AdapterPayload } from './engine.ts';

/** How long the place of a renewed or ended session's id stays closed against requests under way. */
export const CLOSED = 10 * MINUTE;

/** A session as it is kept: what the engine says of it, without its id; and beside that, what is ours. */
export interface StoredSession {
  readonly payload: AdapterPayload;
  /** What it remembers of its use; of one that nobody signed in to, nothing. */
  readonly trace?: Trace;
  /** The applications it is signed in to. */
  readonly clients: readonly string[];
  readonly expiresAt: Date;
}

export function readSession({ value, parts, expiresAt }: Entry): StoredSession {
  const { trace, ...payload } = JSON.parse(value) as AdapterPayload & { trace?: string };
  const held = Object.entries(parts).map(([id, state]) => [id, JSON.parse(state) as object]);
  return {
    payload: { ...payload, ...(held.length > 0 && { authorizations: Object.fromEntries(held) }) },
    ...(trace !== undefined && { trace: readTrace(trace) }),
    clients: Object.keys(parts),
    expiresAt,
  };
}

/** The inverse for a session's own part: what each client holds of it is written as parts, one by one. */
export function writeSession(payload: AdapterPayload, trace: Trace | undefined): string {
  const { jti: _id, authorizations: _parts, ...rest } = payload;
  return JSON.stringify({ ...rest, ...(trace && { trace: writeTrace(trace) }) });
}

/** The parts to write: what each client holds now, and `null` for those that were there when it was loaded and are no more. */
export function partsOf(
  { authorizations: held = {} }: AdapterPayload,
  loaded: readonly string[],
): Record<string, string | null> {
  const gone = loaded.filter((client) => !(client in held)).map((client) => [client, null]);
  const kept = Object.entries(held).map(([client, state]) => [client, JSON.stringify(state)]);
  return Object.fromEntries([...gone, ...kept]);
}

type SignIn = Pick<AdapterPayload, 'accountId' | 'uid' | 'loginTs'>;

/** What a session says of itself, for whoever judges it; `undefined` of one that nobody is signed in to. */
export function factsOf({ accountId, uid, loginTs }: SignIn): SessionFacts | undefined {
  if (accountId === undefined || uid === undefined || loginTs === undefined) return undefined;
  const signedInAt = fromEpochSeconds(loginTs);
  return { uid, userId: userId(accountId), signedInAt, startedAt: signedInAt };
}

/** The trace of a session after a use: begun anew where somebody has just signed in. */
export function traceAfter(
  before: Trace | undefined,
  { signedInAt }: SessionFacts,
  use: Use,
): Trace {
  const isSame = before?.signedInAt.getTime() === signedInAt.getTime();
  return isSame ? traced(before, use) : { ...traceOf(use), signedInAt };
}
