import { describe, expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { createDoubles, ISSUER } from './bench.ts';
import { changedMail, resetMail } from './mail.ts';

const ADA = { email: 'ada@x.test', name: 'Ada' } as Parameters<typeof resetMail>[0];
const AT = new Date('2030-06-01T12:05:00.000Z');
const DRAFTS = [
  resetMail(ADA, { href: `${ISSUER}/recovery/token`, expiresAt: AT }),
  changedMail(ADA, { href: `${ISSUER}/recovery`, at: AT }),
];

describe('mails of a recovery', () => {
  it.each(DRAFTS)('say all that $topic has to, in both parts', ({ topic, model }) => {
    const page = { product: 'Avian', host: 'id.example.test' };
    const { text, html } = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
    for (const part of [text, html]) {
      for (const word of Object.values(model)) expect(part).toContain(word);
    }
  });

  it('tell when, in everybody’s time', () => {
    expect(DRAFTS[1]?.model['when']).toBe('1 June 2030 at 12:05 UTC');
  });

  it('go to the stored address, however it was typed', async () => {
    const { request, mails } = createDoubles();
    await request({ email: ' ADA@X.test ', origin: {} });
    expect(mails).toMatchObject([{ to: 'ada@x.test' }]);
  });
});
