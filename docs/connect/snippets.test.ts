import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectPages } from './snippets.ts';

describe('the pages about connecting', () => {
  it.each(Object.entries(connectPages()))('%s shows the code as it is', (name, page) => {
    expect(readFileSync(join(import.meta.dirname, name), 'utf8')).toBe(page);
  });

  it('show some code', () => {
    const blocks = Object.values(connectPages())
      .join('')
      .match(/^```(?:ts|js)$/gm);
    expect(blocks?.length).toBeGreaterThan(5);
  });
});
