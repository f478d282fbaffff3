import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LEDGER } from './property-ledger.ts';

const pages = globSync('{*.md,.changeset/*.md,docs/**/*.md,drizzle/*.md}').map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));
const records = globSync('docs/decisions/[0-9]*.md').sort();

describe('documentation', () => {
  test.each(pages)('$path leads nowhere that isn’t there', ({ path, text }) => {
    const broken = linksOf(text).filter((link) => !leads(path, link));
    expect(broken).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => script),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('names files that exist', () => {
    const named = pages
      .filter(({ path }) => !path.startsWith('docs/decisions/'))
      .flatMap(({ text }) =>
        [...text.matchAll(/`((?:src|docs|deploy)\/[\w./-]+\.\w+)`/g)].map(([, path = '']) => path),
      );
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('starts with the two commands', () => {
    const readme = readFileSync('README.md', 'utf8');
    expect(readme).toContain('\nnpm ci && npm start\n');
    expect(readme).toContain('\nnpm ci && npm test\n');
  });
});

describe('the records of decisions', () => {
  test('are numbered without a gap, from the template on', () => {
    const numbers = records.map((path) => Number(/\/(\d{4})-/.exec(path)?.[1]));
    expect(numbers).toEqual(records.map((_path, at) => at));
  });

  test.each(records)('%s has the house form', (path) => {
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^# (\d{4}|NNNN) \S/);
    expect(text).toMatch(
      /^- Date: (\d{4}-\d\d-\d\d|YYYY-MM-DD)\n- Status: (proposed|accepted|superseded by \d{4})/m,
    );
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Context',
      'Decision',
      'Consequences',
      'Seen elsewhere',
    ]);
  });

  test('are all in the list, with title and status', () => {
    const rows = records.slice(1).map((path) => {
      const text = readFileSync(path, 'utf8');
      const [, number, title] = /^# (\d{4}) (.+)$/m.exec(text) ?? [];
      const [, status] = /^- Status: ([^,\n]+)/m.exec(text) ?? [];
      return `| ${number} | [${title}](${path.split('/').at(-1)}) | ${status} |`;
    });
    const list = readFileSync('docs/decisions/README.md', 'utf8');
    expect(list.match(/^\| \d{4} .*$/gm)).toEqual(rows);
  });

  test('exist where code cites them', () => {
    const numbers = new Set(
      records.map((path) => path.slice('docs/decisions/'.length).slice(0, 4)),
    );
    const cited = globSync('{src,docs,drizzle,views,deploy}/**/*.{ts,mjs,sql,eta,md,lua}').flatMap(
      (path) =>
        [...readFileSync(path, 'utf8').matchAll(/ADR (\d{4})/g)].map(([, number = '']) => ({
          path,
          number,
        })),
    );
    expect(cited.filter(({ number }) => !numbers.has(number))).toEqual([]);
  });
});

describe('the page of properties', () => {
  test('says what the ledger says', () => {
    const rows =
      readFileSync('docs/reference/properties.md', 'utf8').match(/^\| P\d\d .*$/gm) ?? [];
    const told = rows.map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
    expect(
      told.map(([number, title, , requirement, room]) => [number, title, requirement, room]),
    ).toEqual(
      LEDGER.map(({ number, title, requirement, room }) => [
        `P${String(number).padStart(2, '0')}`,
        title,
        requirement,
        `\`${room}\``,
      ]),
    );
    expect(told.filter(([, , statement = '']) => statement.length < 20)).toEqual([]);
  });
});

/** Relative links: those to the outside can't be tried here. */
function linksOf(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
}

/** As hosting sites make them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
