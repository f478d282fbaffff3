import type { AuditKeys } from './seal.ts';

/** The chain of entries that concern no tenant. */
export const SERVER_CHAIN = '00000000-0000-0000-0000-000000000000';

/** What the first link follows. */
export const ORIGIN: Buffer = Buffer.alloc(32);

/** Where a chain ends, or did. */
export interface Tail {
  readonly tenantId: string;
  readonly position: number;
  readonly hash: Buffer;
}

/** One entry's place in its chain. */
export interface Link extends Tail {
  /** To the microsecond. */
  readonly entryAt: string;
  readonly entryId: string;
  readonly mac: Buffer;
}

/** What a link must bear, given the one before it. Without the key nobody can make one that fits. */
export function hashOf(
  keys: Pick<AuditKeys, 'mac'>,
  before: Buffer,
  link: Omit<Link, 'hash'>,
): Buffer {
  const { tenantId, position, entryAt, entryId, mac } = link;
  const parts = [before.toString('hex'), tenantId, position, entryAt, entryId, mac.toString('hex')];
  return keys.mac('link', parts.join('\n'));
}

/** A chain's end, signed. */
export interface Head extends Tail {
  readonly signedAt: Date;
  readonly signature: Buffer;
}

const HEAD = 'avian-audit-head.v1';
const HEADS =
  /\bavian-audit-head\.v1\.([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,15})\.([\w-]{43})\.([\w-]{86})(?![\w-])/g;

/** One word that says all of it: what is sent out, and what `avian audit verify --head` takes. */
export function writeHead(head: Head): string {
  return `${signedTextOf(head)}.${head.signature.toString('base64url')}`;
}

/** The heads in a text, whatever stands around them: lines of a log, a mail. */
export function readHeads(text: string, instant: (milliseconds: number) => Date): readonly Head[] {
  return [...text.matchAll(HEADS)].map(
    ([, tenantId = '', position, signedAt, hash = '', signature = '']) => ({
      tenantId,
      position: Number(position),
      signedAt: instant(Number(signedAt)),
      hash: Buffer.from(hash, 'base64url'),
      signature: Buffer.from(signature, 'base64url'),
    }),
  );
}

export function signHead(keys: AuditKeys, tail: Tail, signedAt: Date): Head {
  return { ...tail, signedAt, signature: keys.sign(signedTextOf({ ...tail, signedAt })) };
}

export function isSigned(keys: AuditKeys, head: Head): boolean {
  return keys.verify(signedTextOf(head), head.signature);
}

function signedTextOf({ tenantId, position, hash, signedAt }: Omit<Head, 'signature'>): string {
  return [HEAD, tenantId, position, signedAt.getTime(), hash.toString('base64url')].join('.');
}

/** A run of links that went with their month. */
export interface Run {
  readonly tenantId: string;
  /** Its first day, `2026-11-01`. */
  readonly month: string;
  readonly first: number;
  readonly last: number;
  /** The hash before the first, and that of the last. */
  readonly before: Buffer;
  readonly hash: Buffer;
}

/** What stands in the chain for them. */
export interface Tombstone extends Run {
  readonly signedAt: Date;
  readonly signature: Buffer;
}

export function signTombstone(keys: AuditKeys, run: Run, signedAt: Date): Tombstone {
  return { ...run, signedAt, signature: keys.sign(tombstoneText({ ...run, signedAt })) };
}

export function isTombstoneSigned(keys: AuditKeys, tombstone: Tombstone): boolean {
  return keys.verify(tombstoneText(tombstone), tombstone.signature);
}

function tombstoneText(tombstone: Omit<Tombstone, 'signature'>): string {
  const { tenantId, month, first, last, before, hash, signedAt } = tombstone;
  const ends = [before.toString('base64url'), hash.toString('base64url')];
  return [
    'avian-audit-tombstone.v1',
    ...[tenantId, month, first, last, ...ends, signedAt.getTime()],
  ].join('.');
}
