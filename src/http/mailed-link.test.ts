import { Router } from '@koa/router';
import { describe, expect, it } from 'vitest';
import { createVisitor } from '#src/testing/visitor.ts';
import { createToolkit, serveAt } from './bench.ts';
import { createMailedLink } from './mailed-link.ts';

const TOKEN = 'T'.repeat(43);
const LANDING = { cookie: 'thing', page: '/thing', milliseconds: 60_000 };

/** A page that says what its link was, at a host of this machine. */
async function aSite() {
  let origin = '';
  await serveAt((issuer) => {
    origin = issuer;
    const { stack, page, cookies } = createToolkit({ issuer });
    const link = createMailedLink({ page, cookies }, LANDING);
    const router = new Router();
    router.get('/thing/:token', link.arrive);
    router.get('/thing', (ctx) => {
      ctx.body = `read ${link.read(ctx)}`;
    });
    return [...stack, router];
  });
  return origin;
}

describe('a mailed link', () => {
  it.each(['chromium', 'firefox'] as const)(
    'leaves the address in %s, from a mail on another site too, where Strict cookies stay behind',
    async (engine) => {
      const origin = await aSite();
      const page = await createVisitor({ engine }).open(`${origin}/thing/${TOKEN}`, {
        from: 'https://mail.example',
      });
      expect([page.url.pathname, page.text]).toEqual(['/thing', `read ${TOKEN}`]);
    },
  );

  it.each(['short', `${TOKEN}x`, '%00', `${TOKEN.slice(1)}%0a`])(
    'that is broken, as %s, is no link, and takes the place of an older one',
    async (broken) => {
      const visitor = createVisitor();
      const origin = await aSite();
      await visitor.open(`${origin}/thing/${TOKEN}`);
      const page = await visitor.open(`${origin}/thing/${broken}`);
      expect(page.text).not.toContain(TOKEN);
      expect(page.text).not.toContain(broken);
    },
  );
});
