import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { NotFound } from '#src/kernel/faults.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import { type AuditExport, EXPORT_MOST } from './export.ts';
import { FORMATS, type Format } from './formats.ts';
import type { Place } from './reading.store.ts';
import type { AuditReading, Filter } from './reading.ts';
import { AuditEntryAnswer, filterOf, filterShape, queryOf } from './shapes.ts';

export interface AuditApiDeps {
  readonly reading: AuditReading;
  readonly exports: AuditExport;
  readonly cursors: Cursors;
}

const KIND = 'audit-entries';
const COMMON = { method: 'GET', reach: 'server', tag: 'Audit' } as const;

const { category: _, ...authShape } = filterShape;
const AuthQuery = z.strictObject({ ...pageQuery, ...authShape });
const LogQuery = z.strictObject({ ...pageQuery, ...filterShape });
const ExportQuery = z.strictObject({
  ...filterShape,
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
  cursor: pageQuery.cursor,
});

/** Reading the audit log (R9.9). Each answer leaves an entry itself. */
export function createAuditApi(deps: AuditApiDeps): readonly AnyOperation[] {
  return [...lists(deps), exporting(deps)];
}

function lists({ reading, cursors }: AuditApiDeps): readonly AnyOperation[] {
  const { read, write } = createPlaces(cursors);

  async function list(scope: AdminScope, filter: Filter, query: z.output<typeof AuthQuery>) {
    const { limit, cursor } = query;
    const page = await reading.search(scope, { filter, limit, ...read(scope, cursor) });
    return { body: pageOf(page.items, write(scope, page.next)) };
  }

  return [
    operation({
      ...COMMON,
      id: 'listAuthEvents',
      path: '/audit/auth',
      permission: 'audit:read',
      summary: 'Lists entries of the category authentication, the newest first.',
      query: AuthQuery,
      answer: pageAnswer(AuditEntryAnswer),
      run: ({ scope, query }) =>
        list(scope, { ...filterOf(query), category: 'authentication' }, query),
    }),
    operation({
      ...COMMON,
      id: 'listAuditLogs',
      path: '/audit/logs',
      permission: 'audit:read',
      summary: 'Lists entries of the audit log, the newest first.',
      query: LogQuery,
      answer: pageAnswer(AuditEntryAnswer),
      run: ({ scope, query }) => list(scope, filterOf(query), query),
    }),
    operation({
      ...COMMON,
      id: 'getAuditEntry',
      path: '/audit/logs/:entry',
      permission: 'audit:read',
      summary: 'Shows an entry of the audit log.',
      params: z.strictObject({ entry: z.uuid() }),
      answer: AuditEntryAnswer,
      async run({ scope, params }) {
        const entry = await reading.find(scope, params.entry.toLowerCase());
        if (!entry) throw new NotFound('There is no such entry.');
        return { body: entry };
      },
    }),
  ];
}

function exporting({ exports, cursors }: AuditApiDeps): AnyOperation {
  const { read, write } = createPlaces(cursors);
  return operation({
    ...COMMON,
    id: 'exportAuditLogs',
    path: '/audit/export',
    permission: 'audit:export',
    summary: `Answers up to ${EXPORT_MOST} entries as a file, the newest first; Link names the next if there are more.`,
    query: ExportQuery,
    files: Object.values(FORMATS).map(({ type }) => type),
    async run({ scope, query }) {
      const { format, cursor } = query;
      const filter = filterOf(query);
      const taken = await exports.take(scope, { filter, format, ...read(scope, cursor) });
      const rest = write(scope, taken.next);
      return {
        file: {
          name: fileName(taken.at, format),
          type: FORMATS[format].type,
          content: taken.content,
          ...(rest !== undefined && {
            next: new URLSearchParams({
              ...{ ...queryOf(filter), ...reachedBy(scope) },
              ...{ format, cursor: rest },
            }),
          }),
        },
      };
    },
  });
}

/** Places in the log as cursors. */
function createPlaces(cursors: Cursors) {
  return {
    read(scope: AdminScope, cursor: string | undefined): { readonly after?: Place } {
      if (cursor === undefined) return {};
      const [at, id = ''] = cursors.read(scope, KIND, cursor);
      return { after: { at: fromEpochMilliseconds(Number(at)), id } };
    },
    write: (scope: AdminScope, place: Place | undefined) =>
      place && cursors.write(scope, KIND, [String(place.at.getTime()), place.id]),
  };
}

/** The parameter that names a tenant which is not their own; the gate took it out of the query. */
function reachedBy(scope: AdminScope): { readonly tenant?: string } {
  const tenant = tenantOf(scope);
  return tenant === undefined || tenant === scope.by.home ? {} : { tenant };
}

function fileName(at: Date, format: Format): string {
  return `audit-${at.toISOString().replaceAll(/[-:]|\..*/g, '')}Z.${format}`;
}
