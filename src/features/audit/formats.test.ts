import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf } from './entry.ts';
import { type Format, writerOf } from './formats.ts';
import { type ListedEntry, listedOf } from './listed.ts';

const NOBODY = { users: new Map(), tenants: new Map(), clients: new Map() };

/** An entry of an event whose every text is a stranger's. */
const hostile = fc
  .record({
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '=1+1',
        '+1',
        '-1',
        '@x',
        '\t=1',
        '\r=1',
        '"',
        ',',
        '"\r\n"',
        '＝1',
        '<b>',
        '',
      ),
    ),
    details: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  .map(({ text, details }) =>
    entryOf(
      {
        action: 'sign-in.refused',
        outcome: text,
        actor: { kind: 'client', id: text },
        resource: { type: text, id: text },
        origin: { address: text, userAgent: text, requestId: text },
        details,
      },
      { id: 'an-id', at: new Date(0), scope: { kind: 'system', job: 'test' } },
    ),
  )
  .map((entry) => listedOf(entry, NOBODY));

function written(format: Format, entries: readonly ListedEntry[]): string {
  const { head, line } = writerOf(format);
  return head + entries.map(line).join('');
}

/** RFC 4180, read to the letter. */
function recordsOf(csv: string): readonly (readonly string[])[] {
  const records: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (const [, text = '', end] of csv.matchAll(cell)) {
    records.at(-1)?.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
    if (end === '\r\n') records.push([]);
  }
  expect(cell.lastIndex === 0 && records.pop()).toStrictEqual([]);
  return records;
}

describe('an export as CSV', () => {
  it('has one record an entry, of as many cells as its header, whatever they say', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (entries) => {
        const [header = [], ...records] = recordsOf(written('csv', entries));
        expect(records.map(({ length }) => length)).toStrictEqual(entries.map(() => header.length));
        const agents = records.map((record) => record[header.indexOf('user_agent')]);
        const bare = agents.map((agent) => agent?.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, ''));
        expect(bare).toStrictEqual(entries.map(({ userAgent }) => userAgent));
      }),
    );
  });

  it('has no cell that a spreadsheet computes', () => {
    fc.assert(
      fc.property(hostile, (entry) => {
        for (const cell of recordsOf(written('csv', [entry])).flat())
          expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
    );
  });

  it('says who and what by the names people know', () => {
    const named: ListedEntry = {
      ...listedOf(
        entryOf(
          { action: 'user.updated', outcome: 'success', actor: { kind: 'visitor' } },
          { id: 'an-id', at: new Date(0), scope: { kind: 'system', job: 'test' } },
        ),
        NOBODY,
      ),
      tenant: { id: 't', slug: 'flock', name: 'Flock' },
      resource: { type: 'user', id: 'u', name: 'Ada', email: 'ada@x.test' },
    };
    const [header = [], record = []] = recordsOf(written('csv', [named]));
    expect(Object.fromEntries(header.map((name, at) => [name, record[at]]))).toMatchObject({
      ...{ id: 'an-id', at: '1970-01-01T00:00:00.000Z', category: 'administration' },
      ...{ tenant: 'flock', tenant_id: 't', resource: 'ada@x.test', resource_id: 'u' },
      ...{ actor_kind: 'visitor', actor: '', details: '{}' },
    });
  });
});

describe('an export as JSON Lines', () => {
  it('has one line an entry, that says it whole and holds nothing unprinted', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (entries) => {
        const text = written('jsonl', entries);
        expect(
          text
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line)),
        ).toStrictEqual(entries);
        expect(text).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
      }),
    );
  });
});
