import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const LANGUAGES: Readonly<Record<string, string>> = { '.ts': 'ts', '.js': 'js' };

/** `<!-- file: NAME -->`, and the block of code after it, if there is one yet. */
const PLACE = /<!-- file: (\S+) -->\n(?:\n```\w+\n[\s\S]*?\n```\n)?/g;

/** The pages of this folder as they should read: every named file stands in its place, whole. */
export function connectPages(): Readonly<Record<string, string>> {
  const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(pages.map((name) => [name, filled(read(name))]));
}

function filled(page: string): string {
  return page.replaceAll(PLACE, (_whole, file: string) => {
    const code = read(file).trimEnd();
    return `<!-- file: ${file} -->\n\n\`\`\`${LANGUAGES[extname(file)] ?? ''}\n${code}\n\`\`\`\n`;
  });
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(connectPages())) {
    writeFileSync(join(import.meta.dirname, name), text);
  }
}
