import type { LinkedEntry, SealedEntry } from './chain.store.ts';
import { type Head, hashOf, isSigned, isTombstoneSigned, ORIGIN, type Tombstone } from './chain.ts';
import { type AuditKeys, sealAsFound, sealOfStored } from './seal.ts';

/** What was found wrong, and where. */
export interface Finding {
  /** Which chain; the nil UUID is the server's own. */
  readonly tenantId: string;
  readonly position?: number;
  readonly entryId?: string;
  readonly at?: string;
  readonly wrong: Wrong;
  readonly words: string;
}

export type Wrong =
  | 'changed'
  | 'removed'
  | 'inserted'
  | 'reordered'
  | 'unlinked'
  | 'unsealed'
  | 'forged-head'
  | 'forged-tombstone';

/** One chain, gone along from its beginning. */
export interface Walk {
  /** What stands for links that were retired; those it has been told of already are passed over. */
  bury(tombstones: readonly Tombstone[]): void;
  step(link: LinkedEntry): void;
  /** Heads of positions that were gone past. */
  compare(heads: readonly Head[]): void;
  /** After the last link, with every head there is beyond it. */
  end(beyond: readonly Head[]): void;
  readonly counts: { readonly links: number; readonly retired: number; readonly unsealed: number };
}

export interface WalkParts {
  readonly tenantId: string;
  readonly keys: AuditKeys;
  readonly report: (finding: Finding) => void;
}

/**
 * Goes along a chain and tells what does not fit: each link to the one before it, each entry to its link
 * and its seal, each signed head to the link it is of. After something wrong it goes on from there, so
 * that one change is one finding and not a thousand.
 */
export function createWalk(parts: WalkParts): Walk {
  const state: State = {
    ...parts,
    ...{ position: 0, before: ORIGIN, isSealed: false },
    counts: { links: 0, retired: 0, unsealed: 0 },
    graves: new Map(),
    known: new Set(),
    passed: new Map(),
  };
  return {
    counts: state.counts,
    bury: (tombstones) => bury(state, tombstones),
    step: (link) => step(state, link),
    compare: (heads) => compare(state, heads),
    end: (beyond) => end(state, beyond),
  };
}

interface State extends WalkParts {
  /** How far it has come, and the hash there: unknown behind a gap. */
  position: number;
  before: Buffer | undefined;
  /** Whether an entry with a seal was met. */
  isSealed: boolean;
  readonly counts: { links: number; retired: number; unsealed: number };
  /** By the first position that each stands for. */
  readonly graves: Map<number, Tombstone>;
  readonly known: Set<string>;
  /** Since heads were last compared. */
  passed: Map<number, Buffer>;
}

function bury(state: State, tombstones: readonly Tombstone[]): void {
  for (const tombstone of tombstones) {
    const { first, signature } = tombstone;
    const name = `${first} ${signature.toString('hex')}`;
    if (state.known.has(name)) continue;
    state.known.add(name);
    if (isTombstoneSigned(state.keys, tombstone)) state.graves.set(first, tombstone);
    else tell(state, 'forged-tombstone', 'it is not signed by this server', { position: first });
  }
}

function step(state: State, link: LinkedEntry): void {
  if (!reach(state, link)) return;
  const { keys, before, counts } = state;
  counts.links += 1;
  if (link.entry) judge(state, link, link.entry);
  else tell(state, 'removed', 'the entry is gone, and its link is there', placeOf(link));
  if (before && !link.hash.equals(hashOf(keys, before, link))) {
    tell(state, 'reordered', 'its link does not follow the one before it', placeOf(link));
  }
  arrive(state, link);
}

/** Whether the link has a place of its own, behind whatever was retired or is missing. */
function reach(state: State, link: LinkedEntry): boolean {
  passGraves(state);
  const next = state.position + 1;
  if (link.position > next) {
    const gone = rangeOf(next, link.position - 1);
    tell(
      state,
      'removed',
      `before it, nothing is at ${gone}, and no tombstone says why`,
      placeOf(link),
    );
    state.before = undefined;
  }
  if (link.position < next)
    tell(state, 'inserted', 'its place in the chain is taken', placeOf(link));
  return link.position >= next;
}

/** Steps over what was retired with its month. */
function passGraves(state: State): void {
  const { graves, counts } = state;
  for (let grave = nextGrave(state); grave; grave = nextGrave(state)) {
    graves.delete(grave.first);
    if (state.before && !state.before.equals(grave.before)) {
      const position = grave.first;
      tell(state, 'forged-tombstone', 'it does not follow what is before it', { position });
    }
    counts.retired += grave.last - grave.first + 1;
    arrive(state, { position: grave.last, hash: grave.hash });
  }
}

function nextGrave({ graves, position }: State): Tombstone | undefined {
  return graves.get(position + 1);
}

function arrive(state: State, { position, hash }: Pick<LinkedEntry, 'position' | 'hash'>): void {
  state.position = position;
  state.before = hash;
  state.passed.set(position, hash);
}

function judge(state: State, link: LinkedEntry, entry: SealedEntry): void {
  const { keys, counts } = state;
  const seal = entry.mac ? sealOfStored(keys, entry) : sealAsFound(keys, entry);
  if (!(entry.mac ?? seal).equals(seal)) {
    tell(state, 'changed', 'it is not what was written', placeOf(link));
  } else if (!link.mac.equals(seal)) {
    tell(state, 'changed', 'it is not what its link is of', placeOf(link));
  }
  if (entry.mac) state.isSealed = true;
  else if (state.isSealed)
    tell(state, 'unsealed', 'it has no seal, as those before it have', placeOf(link));
  else counts.unsealed += 1;
}

function compare(state: State, heads: readonly Head[]): void {
  for (const head of heads) {
    const { position } = head;
    const hash = state.passed.get(position);
    if (!isSigned(state.keys, head)) {
      tell(state, 'forged-head', 'it is not signed by this server', { position });
    } else if (hash && !hash.equals(head.hash)) {
      tell(state, 'reordered', 'a signed head is of another chain', { position });
    }
  }
  state.passed = new Map(state.before && [[state.position, state.before]]);
}

function end(state: State, beyond: readonly Head[]): void {
  passGraves(state);
  const { position } = state;
  const isLost = (head: Head) => head.position > position && isSigned(state.keys, head);
  compare(
    state,
    beyond.filter((head) => !isLost(head)),
  );
  const lost = beyond.filter(isLost).map((head) => head.position);
  if (lost.length === 0) return;
  const words = `a signed head is of ${Math.max(...lost)}, and the chain ends at ${position}`;
  tell(state, 'removed', words, { position: position + 1 });
}

function tell(
  { tenantId, report }: State,
  wrong: Wrong,
  words: string,
  where: Partial<Finding>,
): void {
  report({ tenantId, ...where, wrong, words });
}

function placeOf({ position, entryId, entryAt }: LinkedEntry): Partial<Finding> {
  return { position, entryId, at: entryAt };
}

function rangeOf(first: number, last: number): string {
  return first === last ? `position ${first}` : `positions ${first} to ${last}`;
}
