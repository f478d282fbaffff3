import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS, actionsOf, CATEGORIES, isCategory } from './catalogue.ts';

/** What the product says, short of the catalogue itself and of tests. */
const product = globSync('src/**/*.ts', {
  exclude: ['**/*.test.ts', '**/bench.ts', 'src/testing/**', '**/audit/catalogue.ts'],
})
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

describe('the catalogue of actions', () => {
  it('has no row that nobody records', () => {
    const unused = Object.keys(ACTIONS).filter((action) => !product.includes(`'${action}'`));
    expect(unused).toStrictEqual([]);
  });

  it('names each action as a thing and what was done with it', () => {
    for (const action of Object.keys(ACTIONS)) expect(action).toMatch(/^[a-z-]+\.[a-z-]+$/);
  });

  it('has every action in one category', () => {
    const all = Object.keys(CATEGORIES).filter(isCategory).flatMap(actionsOf);
    expect(all.toSorted()).toStrictEqual(Object.keys(ACTIONS).toSorted());
  });
});
