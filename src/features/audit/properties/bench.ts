import fc from 'fast-check';
import type { Client } from 'pg';
import type { Finding } from '../walk.ts';

const TABLES = ['audit_entries', 'audit_links', 'audit_heads', 'audit_tombstones'];

/** An entry of the log, where it lies before anybody tampers. */
export interface Placed {
  readonly id: string;
  readonly tenant: string;
  readonly position: number;
  readonly last: boolean;
}

/** Something that whoever owns the database does to the log, behind the product's back. */
export interface Tampering {
  readonly what: string;
  /** Statements, with triggers out of the way. */
  readonly by: readonly string[];
  /** Whether a finding names what was touched. */
  readonly named: (finding: Finding) => boolean;
}

/** The owner, with a copy of everything to put back. */
export async function keepCopy(owner: Client): Promise<void> {
  await owner.query('create schema kept');
  for (const table of TABLES) await owner.query(`create table kept.${table} as table ${table}`);
}

/** Tampers, has a look, and puts everything back. */
export async function tampered<T>(
  owner: Client,
  by: readonly string[],
  look: () => Promise<T>,
): Promise<T> {
  const untriggered = (statements: readonly string[]) =>
    owner.query(
      ['begin', 'set local session_replication_role = replica', ...statements, 'commit'].join(';'),
    );
  await untriggered(by);
  const seen = await look();
  const touched = TABLES.filter((table) => by.some((statement) => statement.includes(table)));
  await untriggered(
    [...touched, 'audit_links'].flatMap((table) => [
      `delete from ${table}`,
      `insert into ${table} select * from kept.${table}`,
    ]),
  );
  return seen;
}

/** Each column of an entry that says something, and another value for it. */
const COLUMNS = {
  id: 'gen_random_uuid()',
  at: `at + interval '1 microsecond'`,
  tenant_id: 'gen_random_uuid()',
  actor_kind: `'client'`,
  actor_id: `coalesce(actor_id, '') || '.'`,
  actor_tenant_id: 'gen_random_uuid()',
  action: `action || '.'`,
  outcome: `'refused'`,
  resource_type: `'client'`,
  resource_id: `''`,
  address: `'192.0.2.2'`,
  user_agent: `coalesce(user_agent, '') || '.'`,
  request_id: `coalesce(request_id, '') || '.'`,
  details: `jsonb_set(details, '{number}', '"0"')`,
  mac: 'null',
};

const LINK_COLUMNS = {
  position: 'position + 1000',
  entry_at: `entry_at + interval '1 microsecond'`,
  entry_id: 'gen_random_uuid()',
  mac: 'sha256(mac)',
  hash: 'sha256(hash)',
  tenant_id: 'gen_random_uuid()',
};

const HEAD_COLUMNS = {
  position: 'position - 1',
  hash: 'sha256(hash)',
  signed_at: `signed_at + interval '1 second'`,
  signature: `sha256(signature) || sha256('')`,
};

const TOMBSTONE_COLUMNS = {
  month: `month + 31`,
  first: 'first + 1',
  last: 'last + 1',
  before: 'sha256(before)',
  hash: 'sha256(hash)',
  signed_at: `signed_at + interval '1 second'`,
  signature: `sha256(signature) || sha256('')`,
};

const ENTRIES = { table: 'audit_entries', key: 'id' };
const LINKS = { table: 'audit_links', key: 'entry_id' };

const COPY = `insert into audit_entries select (jsonb_populate_record(e, to_jsonb(e) || `;

/** Any of the ways there are to touch a log of these entries. */
export function aTampering(entries: readonly Placed[]): fc.Arbitrary<Tampering> {
  const entry = fc.constantFrom(...entries);
  const two = fc
    .tuple(entry, entry)
    .filter(([one, other]) => one.id !== other.id && one.tenant === other.tenant);
  const columnOf = (columns: Readonly<Record<string, string>>) =>
    fc.constantFrom(...Object.entries(columns));
  const names =
    (...placed: readonly Placed[]) =>
    ({ entryId }: Finding) =>
      placed.some(({ id }) => id === entryId);
  /** What stands at the place where something was, or behind it. */
  const follows =
    ({ tenant, position }: Placed) =>
    (finding: Finding) =>
      finding.tenantId === tenant && (finding.position ?? 0) >= position;

  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(entry, columnOf(COLUMNS)).map(([one, [column, value]]) => ({
        what: `change ${column} of an entry`,
        by: [`update audit_entries set ${column} = ${value} where id = '${one.id}'`],
        named: names(one),
      })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(entry, columnOf(LINK_COLUMNS)).map(([one, [column, value]]) => ({
        what: `change ${column} of a link`,
        by: [`update audit_links set ${column} = ${value} where entry_id = '${one.id}'`],
        named: (finding: Finding) => names(one)(finding) || follows(one)(finding),
      })),
    },
    entry.map((one) => ({
      what: 'remove an entry',
      by: [`delete from audit_entries where id = '${one.id}'`],
      named: names(one),
    })),
    entry.map((one) => ({
      what: 'remove a link',
      by: [`delete from audit_links where entry_id = '${one.id}'`],
      named: names(one),
    })),
    entry.map((one) => ({
      what: 'remove an entry with its link',
      by: [
        `delete from audit_entries where id = '${one.id}'`,
        `delete from audit_links where entry_id = '${one.id}'`,
      ],
      named: follows(one),
    })),
    entry.map((one) => ({
      what: 'remove an entry with its link, and close the gap',
      by: [
        `delete from audit_entries where id = '${one.id}'`,
        `delete from audit_links where entry_id = '${one.id}'`,
        `update audit_links set position = position - 1
         where tenant_id = '${one.tenant}' and position > ${one.position}`,
      ],
      named: follows(one),
    })),
    entry.map((one) => ({
      what: 'remove all from an entry on, with their links',
      by: [
        `delete from audit_entries where id in (select entry_id from audit_links
         where tenant_id = '${one.tenant}' and position >= ${one.position})`,
        `delete from audit_links where tenant_id = '${one.tenant}' and position >= ${one.position}`,
      ],
      named: follows(one),
    })),
    entry.map((one) => ({
      what: 'remove all links from one on',
      by: [
        `delete from audit_links where tenant_id = '${one.tenant}' and position >= ${one.position}`,
      ],
      named: names(one),
    })),
    fc.tuple(entry, fc.constantFrom('now', 'then'), fc.uuid()).map(([one, when, id]) => ({
      what: `insert a copy of ${when}`,
      by: [
        `${COPY} jsonb_build_object('id', '${id}'
           ${when === 'now' ? `, 'at', e.at + interval '1 second', 'tx', pg_current_xact_id()::text` : ''}))).*
         from audit_entries e where id = '${one.id}'`,
      ],
      named: ({ entryId }: Finding) => entryId === id,
    })),
    fc.tuple(entry, fc.uuid()).map(([one, id]) => ({
      what: 'insert a forgery with a link',
      by: [
        `${COPY} jsonb_build_object('id', '${id}'))).* from audit_entries e where id = '${one.id}'`,
        `insert into audit_links select tenant_id, (select max(position) + 1 from audit_links l
           where l.tenant_id = a.tenant_id), entry_at, '${id}', mac, hash
         from audit_links a where entry_id = '${one.id}'`,
      ],
      named: ({ entryId }: Finding) => entryId === id,
    })),
    two.map(([one, other]) => ({
      what: 'swap what two entries say',
      by: [swap(ENTRIES, ['outcome', 'details', 'mac'], one, other)],
      named: names(one, other),
    })),
    two.map(([one, other]) => ({
      what: 'swap the places of two links',
      by: [swap(LINKS, ['position'], one, other)],
      named: names(one, other),
    })),
    two.map(([one, other]) => ({
      what: 'swap two links, hashes and all',
      by: [swap(LINKS, ['position', 'hash'], one, other)],
      named: names(one, other),
    })),
    entry.map((one) => ({
      what: 'renumber links',
      by: [
        `update audit_links set position = position + 1
         where tenant_id = '${one.tenant}' and position >= ${one.position}`,
      ],
      named: follows(one),
    })),
    fc.tuple(entry, columnOf(HEAD_COLUMNS)).map(([{ tenant }, [column, value]]) => ({
      what: `change ${column} of a head`,
      by: [`update audit_heads set ${column} = ${value} where tenant_id = '${tenant}'`],
      named: ({ wrong, tenantId }: Finding) => wrong === 'forged-head' && tenantId === tenant,
    })),
    fc.tuple(entry, columnOf(TOMBSTONE_COLUMNS)).map(([{ tenant }, [column, value]]) => ({
      what: `change ${column} of a tombstone`,
      by: [`update audit_tombstones set ${column} = ${value} where tenant_id = '${tenant}'`],
      named: ({ wrong, tenantId }: Finding) => wrong === 'forged-tombstone' && tenantId === tenant,
    })),
    entry.map(({ tenant }) => ({
      what: 'remove a tombstone',
      by: [`delete from audit_tombstones where tenant_id = '${tenant}'`],
      named: ({ wrong, tenantId }: Finding) => wrong === 'removed' && tenantId === tenant,
    })),
    entry.map((one) => ({
      what: 'put a tombstone over what was removed',
      by: [
        `insert into audit_tombstones
         select tenant_id, month, ${one.position}, ${one.position}, before, hash, signed_at, signature
         from audit_tombstones where tenant_id = '${one.tenant}'`,
        `delete from audit_entries where id = '${one.id}'`,
        `delete from audit_links where entry_id = '${one.id}'`,
      ],
      named: ({ wrong, tenantId }: Finding) =>
        wrong === 'forged-tombstone' && tenantId === one.tenant,
    })),
  );
}

function swap(
  { table, key }: typeof ENTRIES,
  columns: readonly string[],
  one: Placed,
  other: Placed,
): string {
  const set = columns.map((column) => `${column} = b.${column}`).join(', ');
  return `update ${table} a set ${set} from ${table} b
    where (a.${key} = '${one.id}' and b.${key} = '${other.id}')
       or (a.${key} = '${other.id}' and b.${key} = '${one.id}')`;
}
