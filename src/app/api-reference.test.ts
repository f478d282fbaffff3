import { describe, expect, it } from 'vitest';
import { isPermission } from '#src/features/access/index.ts';
import { faultsIn } from '#src/http/api/openapi.contract.ts';
import { describedOperations, openApiFile } from './api-reference.ts';

describe('the management API', () => {
  const operations = describedOperations();

  it('is described by a document that programs can be made from', () => {
    expect(faultsIn(JSON.parse(openApiFile()))).toEqual([]);
  });

  it('has a permission there is for every operation', () => {
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ permission }) => !isPermission(permission))).toEqual([]);
  });

  it('has one operation a route', () => {
    const routes = operations.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':id')}`,
    );
    expect(routes.filter((route, at) => routes.indexOf(route) !== at)).toEqual([]);
  });

  it('names its paths in lower case, by words that are joined by hyphens', () => {
    const odd = operations.filter(({ path }) => !/^(\/([a-z]+(-[a-z]+)*|:[a-z]+))+$/.test(path));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it('is described where it can’t be run', async () => {
    const list = operations.find(({ id }) => id === 'listUsers');
    const asked = { scope: {} as never, params: {}, query: { limit: 1 }, body: undefined };
    await expect(list?.run(asked)).rejects.toThrow('can’t be run');
  });
});
