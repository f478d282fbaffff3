import type { ListedEntry } from './listed.ts';

export const FORMATS = {
  jsonl: { type: 'application/jsonl; charset=utf-8' },
  csv: { type: 'text/csv; charset=utf-8; header=present' },
} as const;

export type Format = keyof typeof FORMATS;

/** How entries are written one after another, in UTF-8. */
export interface Writer {
  /** What comes before the first. */
  readonly head: string;
  line(entry: ListedEntry): string;
}

export function writerOf(format: Format): Writer {
  return format === 'jsonl' ? JSON_LINES : CSV;
}

const JSON_LINES: Writer = { head: '', line: (entry) => `${JSON.stringify(entry)}\n` };

const COLUMNS: Readonly<Record<string, (entry: ListedEntry) => string | null | undefined>> = {
  id: ({ id }) => id,
  at: ({ at }) => at,
  category: ({ category }) => category,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  tenant_id: ({ tenant }) => tenant?.id,
  tenant: ({ tenant }) => tenant?.slug,
  actor_kind: ({ actor }) => actor.kind,
  actor_id: ({ actor }) => actor.id,
  actor: ({ actor }) => actor.email ?? actor.name,
  actor_tenant_id: ({ actor }) => actor.tenant?.id,
  actor_tenant: ({ actor }) => actor.tenant?.slug,
  resource_type: ({ resource }) => resource?.type,
  resource_id: ({ resource }) => resource?.id,
  resource: ({ resource }) => resource?.email ?? resource?.name,
  address: ({ address }) => address,
  user_agent: ({ userAgent }) => userAgent,
  request_id: ({ requestId }) => requestId,
  details: ({ details }) => JSON.stringify(details),
};

/** What a spreadsheet takes for a formula, in either width; it computes what strangers wrote otherwise. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;

const CSV: Writer = {
  head: rowOf(Object.keys(COLUMNS)),
  line: (entry) => rowOf(Object.values(COLUMNS).map((column) => column(entry) ?? '')),
};

/** A record of RFC 4180. */
function rowOf(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
