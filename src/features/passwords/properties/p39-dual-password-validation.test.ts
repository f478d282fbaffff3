import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import { property } from '#src/testing/property.ts';
import { createRoom, person, TENANT, typed } from '../bench.ts';
import * as server from '../rules.js';
import { rulesScript } from '../script.ts';

/** The rules as a browser has them: the text that is served to it, run as a module of its own. */
async function browserRules(): Promise<typeof server> {
  const { stack, assets } = createToolkit();
  const { ask } = await serve(...stack);
  const { text, headers } = await ask(assets.url(rulesScript.name));
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  return import(`data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`);
}

const rules = fc.constantFrom('composition', 'nist');

/** What only the server can know. */
const SERVER_ONLY = ['common', 'reused'];

property(39, 'Dual Password Validation', () => {
  it('finds the same faults in the browser as on the server, of any password and anybody', async () => {
    const browser = await browserRules();
    expect(browser.faultsOf).not.toBe(server.faultsOf);
    await fc.assert(
      fc.asyncProperty(rules, typed, person, async (set, password, owner) => {
        const { passwords } = createRoom({ rules: set });
        const judged = await passwords.prepare(password, { ...owner, tenantId: TENANT });
        const faults = judged.ok ? [] : judged.faults;
        expect(browser.faultsOf(password, set, owner)).toStrictEqual(
          faults.filter((fault) => !SERVER_ONLY.includes(fault)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('hashes and counts the same form of it, and estimates the same strength', async () => {
    const browser = await browserRules();
    fc.assert(
      fc.property(typed, (password) => {
        expect(browser.normalisePassword(password)).toBe(server.normalisePassword(password));
        expect(browser.strengthOf(password)).toStrictEqual(server.strengthOf(password));
      }),
      { numRuns: 1000 },
    );
  });
});
