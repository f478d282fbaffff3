import { Router } from '@koa/router';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import { property } from '#src/testing/property.ts';
import { createBench } from '../bench.ts';
import { LIMITS, type LimitName } from '../policies.ts';

const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8';
const NAMES = Object.keys(LIMITS) as LimitName[];

/** A route under each limit; the account asked for is in the path, and the address in what the proxy says. */
async function serveAll() {
  const bench = createBench();
  const { spend } = bench.limits;
  const { stack } = createToolkit({ trust: { kind: 'hops', hops: 1 } });
  const router = new Router();
  router.all('/:name/:who', async (ctx) => {
    const { name = '', who = '' } = ctx.params;
    await spend(ctx, name as LimitName, { account: who, client: who, caller: who });
    ctx.body = 'done';
  });
  const { ask } = await serve(...stack, router);
  return { ...bench, ask };
}

property(42, 'Rate Limit HTTP Status', () => {
  it('answers 429 with a whole Retry-After to all that is over a limit, and passes whoever waited', async () => {
    const { ask, clock } = await serveAll();
    let run = 0;
    const accept = fc.constantFrom(undefined, BROWSER, 'application/json', '*/*', 'image/png');
    const method = fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NAMES),
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 3 }),
        accept,
        method,
        async (name, gaps, type, verb) => {
          run += 1;
          const headers = {
            'x-forwarded-for': `2001:db8:${run.toString(16)}::1`,
            ...(type && { accept: type }),
          };
          const visit = () => ask(`/${name}/${run}`, { method: verb, headers });
          let left = Number.POSITIVE_INFINITY;
          while (left > 0) {
            const { status, headers: said } = await visit();
            expect(status).toBe(200);
            left = Number(said['x-ratelimit-remaining']);
          }
          let wait = 0;
          for (const gap of gaps) {
            const { status, headers: said, text } = await visit();
            expect(status).toBe(429);
            expect(said['retry-after']).toMatch(/^[1-9]\d*$/);
            // Below /api nobody reads pages.
            const isPage = type === BROWSER && name !== 'api';
            if (verb !== 'HEAD')
              expect(text).toContain(isPage ? 'Too many requests' : '"code":"too-many"');
            wait = Number(said['retry-after']) * 1000 - gap;
            clock.pass(Math.min(gap, wait));
          }
          clock.pass(Math.max(0, wait));
          expect((await visit()).status).toBe(200);
        },
      ),
      { numRuns: 25 },
    );
  });
});
