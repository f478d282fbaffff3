import { describe, expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { ISSUER } from './bench.ts';
import { confirmMail } from './mail.ts';

describe('the mail that asks to confirm an address', () => {
  it('says all that it has to, in both parts', () => {
    const expiresAt = new Date('2030-01-02T12:00:00Z');
    const secrets = { link: `${ISSUER}/verify/token`, code: '012345' };
    const { topic, model } = confirmMail({ email: 'ada@x.test', expiresAt }, secrets);
    const page = { product: 'Avian', host: 'id.example.test' };
    const parts = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
    for (const part of [parts.text, parts.html]) {
      for (const word of [secrets.link, '012 345', 'ada@x.test', '24 hours'])
        expect(part).toContain(word);
    }
  });
});
