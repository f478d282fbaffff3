import type { Unit, Units } from '#src/kernel/unit.ts';
import type { ChainStore, LinkedEntry, Place, SealedEntry } from './chain.store.ts';
import { type Head, SERVER_CHAIN } from './chain.ts';
import { SCOPE } from './scope.ts';
import { type AuditKeys, sealOfStored } from './seal.ts';
import { createWalk, type Finding, type Walk } from './walk.ts';

/** What verifying came to. */
export interface Verification {
  readonly chains: number;
  /** Entries whose link, seal and place were checked. */
  readonly verified: number;
  /** Of them, those from before there were seals. */
  readonly unsealed: number;
  /** Written within the last seconds, or linking does not run: not yet linked. */
  readonly pending: number;
  /** Gone with their month, a tombstone in their place. */
  readonly retired: number;
  /** The first things that are wrong, chain by chain. */
  readonly findings: readonly Finding[];
  /** How many there are in all. */
  readonly wrong: number;
}

export interface VerifyOptions {
  /** Only this chain. */
  readonly tenantId?: string;
  /** Heads that were sent out: what they are of must be there, too. */
  readonly heads?: readonly Head[];
  /** Told from time to time how many entries were gone past. */
  readonly progress?: (entries: number) => void;
}

export interface Verifier {
  /** Goes along every chain, and tells the first of what was changed, removed, reordered or inserted (R9.8). */
  verify(options?: VerifyOptions): Promise<Verification>;
}

export interface VerifierDeps {
  readonly units: Units;
  readonly store: ChainStore;
  readonly keys: AuditKeys;
}

const PAGE = 5000;
const LOOSE_PAGE = 20_000;
const TOLD = 100;

/** Reads page by page, each in a unit of its own, so that it holds nobody up. */
export function createVerifier(deps: VerifierDeps): Verifier {
  const ask = <T>(work: (unit: Unit) => Promise<T>) => deps.units.once(SCOPE, work);
  return {
    async verify(options = {}) {
      const findings: Finding[] = [];
      let wrong = 0;
      const report = (finding: Finding) => {
        wrong += 1;
        if (findings.length < TOLD) findings.push(finding);
      };
      const parts = { ...deps, ask, report };
      // Before the entries are looked at: all of what it says is linked then.
      const upTo = await ask(deps.store.linkedUpTo);
      const [sum, pending] = await Promise.all([
        goAlongAll(parts, options),
        goThroughLoose(parts, options, upTo),
      ]);
      return { ...sum, pending, findings, wrong };
    },
  };
}

interface Parts extends VerifierDeps {
  readonly ask: <T>(work: (unit: Unit) => Promise<T>) => Promise<T>;
  readonly report: (finding: Finding) => void;
}

/** All chains, one after another. */
async function goAlongAll(parts: Parts, options: VerifyOptions) {
  const sum = { chains: 0, verified: 0, unsealed: 0, retired: 0 };
  for (const tenantId of await chainsFor(parts, options)) {
    const walk = createWalk({ ...parts, tenantId });
    const before = sum.verified;
    const progress = (links: number) => options.progress?.(before + links);
    await goAlong(parts, walk, { ...options, tenantId, progress });
    sum.chains += 1;
    sum.verified += walk.counts.links;
    sum.unsealed += walk.counts.unsealed;
    sum.retired += walk.counts.retired;
  }
  return sum;
}

async function chainsFor({ ask, store }: Parts, { tenantId, heads = [] }: VerifyOptions) {
  if (tenantId !== undefined) return [tenantId];
  return new Set([...(await ask(store.chains)), ...heads.map((head) => head.tenantId)]);
}

/**
 * What stands for links is asked for after they are: tombstones never go away again. And where heads are
 * of links beyond the last, those may have come meanwhile: they are asked for once more.
 */
async function goAlong(
  { ask, store }: Parts,
  walk: Walk,
  { tenantId, heads: sent = [], progress }: VerifyOptions & { readonly tenantId: string },
): Promise<void> {
  const read: Read = (after) => ask((unit) => store.links(unit, tenantId, { after, limit: PAGE }));
  const bury = async () => walk.bury(await ask((unit) => store.tombstones(unit, tenantId)));
  const headsWithin = async (range: Range) => [
    ...(await ask((unit) => store.heads(unit, tenantId, range))),
    ...sent.filter((head) => head.tenantId === tenantId && isWithin(head, range)),
  ];
  let after: number | undefined;

  async function pass(links: readonly LinkedEntry[]): Promise<void> {
    await bury();
    for (const link of links) walk.step(link);
    const to = links.at(-1)?.position;
    walk.compare(await headsWithin({ after, to }));
    after = to;
    progress?.(walk.counts.links);
  }

  for await (const links of pagesOf(read)) await pass(links);
  for (;;) {
    await bury();
    const beyond = await headsWithin({ after, to: undefined });
    const links = beyond.length > 0 ? await read(after) : [];
    if (links.length === 0) return walk.end(beyond);
    await pass(links);
  }
}

type Read = (after: number | undefined) => Promise<readonly LinkedEntry[]>;

/** Each page while the next is read. */
async function* pagesOf(read: Read): AsyncGenerator<readonly LinkedEntry[]> {
  let links = await read(undefined);
  while (links.length > 0) {
    const next = read(links.at(-1)?.position);
    next.catch(() => undefined); // It is told below, or something else has failed before.
    yield links;
    links = await next;
  }
}

/** Entries that no chain has: how many of them are only too young. */
async function goThroughLoose(
  { units, store, keys, report }: Parts,
  options: VerifyOptions,
  upTo: number,
): Promise<number> {
  let pending = 0;
  let after: Place | undefined;
  do {
    const from = after;
    const page = await units.run(SCOPE, (unit) =>
      store.loose(unit, { after: from, limit: LOOSE_PAGE }),
    );
    for (const entry of page.entries) {
      const { id: entryId, at, tenantId: of } = entry;
      const tenantId = of ?? SERVER_CHAIN;
      if ((options.tenantId ?? tenantId) !== tenantId) continue;
      const fault = wrongOf(keys, entry, upTo);
      if (fault) report({ tenantId, entryId, at, ...fault });
      else pending += 1;
    }
    after = page.next;
  } while (after);
  return pending;
}

/** What is wrong with an entry that has no link: nothing, if it was only just written. */
function wrongOf(keys: AuditKeys, entry: SealedEntry, upTo: number) {
  if (entry.mac && !entry.mac.equals(sealOfStored(keys, entry)))
    return { wrong: 'changed', words: 'it is not what was written' } as const;
  if (entry.tx < upTo)
    return { wrong: 'unlinked', words: 'it is in no chain, and those of its time are' } as const;
  return undefined;
}

interface Range {
  readonly after: number | undefined;
  readonly to: number | undefined;
}

function isWithin({ position }: Head, { after = -Infinity, to = Infinity }: Range): boolean {
  return position > after && position <= to;
}
