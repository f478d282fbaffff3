import { describe, expect, it } from 'vitest';
import { serve } from './bench.ts';
import { createSchemePin } from './scheme.ts';

describe('the scheme of a request', () => {
  it.each(['https', 'http'])(
    'is the issuer’s, %s, whatever the connection or a header says',
    async (scheme) => {
      const { ask } = await serve(
        createSchemePin({ issuer: new URL(`${scheme}://id.example.test`) }),
        (ctx) => {
          ctx.body = ctx.protocol;
        },
      );
      expect((await ask('/', { headers: { 'x-forwarded-proto': 'ftp' } })).text).toBe(scheme);
      expect((await ask('/')).text).toBe(scheme);
    },
  );
});
