import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { actionsOf } from '#src/features/audit/index.ts';

/** An entry that says something was done. */
export interface Told {
  readonly action: string;
  readonly requestId: string | null;
  /** What was done, in the words in which a change is said as well. */
  readonly deed: string;
}

/** What happened since the last look: what was changed, and what the log tells of it. */
export interface Happened {
  readonly changed: readonly string[];
  readonly told: readonly Told[];
}

/** A witness in the database itself, who writes down every change of a row in the transaction that makes it. */
export interface Witness extends AsyncDisposable {
  /** Waits until nobody else is connected: what a dead process had under way is committed or gone. */
  settle(): Promise<void>;
  look(): Promise<Happened>;
}

const TABLES = ['users', 'passwords', 'clients', 'client_secrets', 'tenants'] as const;

/** What an entry tells of a row: when it is made or gone, and when it is changed. */
const TOLD = {
  users: { born: ['email', 'name', 'role'], changed: ['email', 'name', 'role', 'status'] },
  passwords: { born: [], changed: ['expiresAt'] },
  clients: {
    born: ['kind', 'name', 'scopes', 'resources', 'redirectUris'],
    changed: [
      ...['name', 'status', 'firstParty', 'redirectUris', 'postLogoutRedirectUris', 'corsOrigins'],
      ...['backchannelLogoutUri', 'scopes', 'resources', 'requirePkce', 'requirePar', 'dpopBound'],
      ...['claimsAtUserinfo', 'idTokenAlg'],
    ],
  },
  tenants: {
    born: [],
    changed: [
      ...['name', 'isDefault', 'registration', 'registrationDomains', 'passwordRules'],
      ...['passwordDays', 'sessionLimit', 'sessionWatch', 'status'],
    ],
  },
} as const satisfies Readonly<
  Record<string, { born: readonly string[]; changed: readonly string[] }>
>;

type Kind = keyof typeof TOLD;
type Row = Readonly<Record<string, unknown>>;

/** Begins to witness, as the database's owner. */
export async function callWitness(url: string): Promise<Witness> {
  const client = new pg.Client({ connectionString: url, application_name: 'witness' });
  await client.connect();
  await client.query(WITNESS);
  for (const table of TABLES)
    await client.query(
      `create trigger witness after insert or update or delete on ${table}
       for each row execute function witness.note()`,
    );
  const now = async () => (await client.query<{ tx: string }>(NOW)).rows[0]?.tx ?? '0';
  let seen = await now();

  return {
    async settle() {
      while ((await client.query(OTHERS)).rows.length > 0) await pause(10);
    },
    async look() {
      const since = seen;
      seen = await now();
      const changes = await client.query<Change>(CHANGES, [since, seen]);
      const administration = [...actionsOf('administration'), 'session.all-ended'];
      const entries = await client.query<Entry>(ENTRIES, [since, seen, administration]);
      return { changed: changedBy(changes.rows), told: entries.rows.map(toldBy) };
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

const WITNESS = `
  create schema witness;
  create table witness.changes (
    seq bigserial primary key, tx bigint not null default pg_current_xact_id()::text::bigint,
    kind text not null, was jsonb, "is" jsonb);
  create function witness.note() returns trigger language plpgsql security definer
    set search_path = witness, pg_temp as $$
    begin
      insert into changes (kind, was, "is") values (tg_table_name, to_jsonb(old), to_jsonb(new));
      return null;
    end $$`;
const NOW = 'select pg_current_xact_id()::text as tx';
const OTHERS = `select from pg_stat_activity where datname = current_database()
  and pid <> pg_backend_pid() and backend_type = 'client backend'`;
const CHANGES = `select tx::text, kind, was, "is" from witness.changes where tx > $1 and tx <= $2 order by seq`;
const ENTRIES = `select action, resource_id as "resourceId", request_id as "requestId", details from audit_entries
  where tx > $1 and tx <= $2 and outcome = 'success' and action = any($3) order by at, id`;

interface Change {
  readonly tx: string;
  readonly kind: (typeof TABLES)[number];
  readonly was: Row | null;
  readonly is: Row | null;
}

interface Entry {
  readonly action: string;
  readonly resourceId: string;
  readonly requestId: string | null;
  readonly details: {
    readonly before?: Row;
    readonly after?: Row;
    readonly made?: string;
    readonly kept?: Row;
    readonly ended?: readonly string[];
  };
}

function changedBy(changes: readonly Change[]): string[] {
  const acts = Map.groupBy(changes, ({ tx }) => tx).values();
  return [...acts].flatMap((act) => {
    const own = act.filter((change) => !isPartOfAnother(change, act));
    return own.flatMap(deedsOf).concat(rotationsIn(own));
  });
}

/** A password or a secret comes and goes with its owner, and is told of as that. */
function isPartOfAnother({ kind, was, is }: Change, act: readonly Change[]): boolean {
  const row = is ?? was;
  const owner = { passwords: row?.['user_id'], client_secrets: row?.['client_id'] }[kind as string];
  return (
    owner !== undefined &&
    (was === null || is === null) &&
    act.some(
      (one) => (one.was === null || one.is === null) && (one.is ?? one.was)?.['id'] === owner,
    )
  );
}

const EPOCH = 'sessions_valid_from';

/** What was done to a row; where it is only that sessions were ended, no more than that. */
function deedsOf({ kind, was, is }: Change): string[] {
  if (kind === 'client_secrets') return [];
  const row = { ...was, ...is };
  const id = String(row[kind === 'passwords' ? 'user_id' : 'id']);
  const isSame = (name: string) => plain(was?.[name]) === plain(is?.[name]);
  const isEnding = was && is && !isSame(EPOCH);
  const isMore = !isEnding || Object.keys(row).some((name) => name !== EPOCH && !isSame(name));
  return [
    ...(isEnding ? [sessionsEnded(id, is[EPOCH])] : []),
    ...(isMore ? [deed(kind, id, { was: was && camel(was), is: is && camel(is) })] : []),
  ];
}

function rotationsIn(act: readonly Change[]): string[] {
  const secrets = act.filter(({ kind }) => kind === 'client_secrets');
  const byClient = Map.groupBy(secrets, ({ was, is }) => String((is ?? was)?.['client_id']));
  return [...byClient].map(([client, changes]) => {
    const kept = changes.find(({ was, is }) => was && is)?.is;
    return rotation(client, {
      made: changes.filter(({ was }) => !was).map(({ is }) => is?.['id']),
      kept: kept ? { id: kept['id'], expiresAt: kept['expires_at'] } : undefined,
      ended: changes.filter(({ is }) => !is).map(({ was }) => was?.['id']),
    });
  });
}

function toldBy({ action, resourceId: id, requestId, details }: Entry): Told {
  const { before, after, made, kept, ended = [] } = details;
  const [room = ''] = action.split('.');
  const kind = action === 'user.password-expired' ? 'passwords' : KINDS[room];
  const told = { action, requestId };
  if (action === 'session.all-ended')
    return { ...told, deed: sessionsEnded(id, after?.['validFrom']) };
  if (action === 'client.secret-rotated')
    return { ...told, deed: rotation(id, { made: [made], kept, ended }) };
  if (!kind) return { ...told, deed: `${action} ${id}, which nobody looks for` };
  return { ...told, deed: deed(kind, id, { was: before ?? null, is: after ?? null }) };
}

const KINDS: Readonly<Record<string, Kind>> = {
  user: 'users',
  client: 'clients',
  tenant: 'tenants',
};

function sessionsEnded(id: string, validFrom: unknown): string {
  return `users ${id}: sessions from before ${plain(validFrom)} ended`;
}

interface Rotation {
  readonly made: readonly unknown[];
  readonly kept: Row | undefined;
  readonly ended: readonly unknown[];
}

function rotation(client: string, { made, kept, ended }: Rotation): string {
  const until = kept ? `${String(kept['id'])} until ${plain(kept['expiresAt'])}` : 'none';
  return `clients ${client}: secret ${made.join(' and ')} made, ${until} kept, ended [${ended.toSorted().join()}]`;
}

/** What of a row differs; of one that is made or gone, what it is told to be. */
function deed(kind: Kind, id: string, { was, is }: { was: Row | null; is: Row | null }): string {
  const { born, changed } = TOLD[kind];
  const names = (was && is ? changed : born).filter(
    (name) => !was || !is || plain(was[name]) !== plain(is[name]),
  );
  const of = (row: Row | null) =>
    row ? `{${names.map((name) => `${name}: ${plain(row[name])}`).join(', ')}}` : 'nothing';
  return `${kind} ${id}: ${of(was)} → ${of(is)}`;
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/** A value as both Postgres and the log would write it. */
function plain(value: unknown): string {
  const isInstant = typeof value === 'string' && INSTANT.test(value);
  return JSON.stringify(isInstant ? new Date(value).toISOString() : (value ?? null));
}

function camel(row: Row): Row {
  const name = (text: string) =>
    text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [name(key), value]));
}
