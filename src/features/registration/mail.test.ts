import { describe, expect, it } from 'vitest';
import { ISSUER } from '#src/features/verification/bench.ts';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { invitationMail, takenMail } from './mail.ts';

const EMAIL = 'ada@x.test';
const expiresAt = new Date('2030-01-08T12:00:00Z');

describe('mails of registration', () => {
  it.each([
    [takenMail(EMAIL, ISSUER), [`${ISSUER}/recovery`, EMAIL, 'nothing was changed']],
    [
      invitationMail({ email: EMAIL, expiresAt }, `${ISSUER}/invitation/token`),
      [`${ISSUER}/invitation/token`, EMAIL, 'Flock invites you', '7 days'],
    ],
  ])('say all that $topic has to, in both parts', ({ topic, model }, words) => {
    const page = { product: 'Avian', host: 'id.example.test' };
    const told = { ...model, page, tenant: 'Flock' };
    const { text, html } = createMailViews({ dir: VIEWS }).render(topic, told);
    for (const part of [text, html]) {
      for (const word of words) expect(part).toContain(word);
    }
  });

  it('name nobody who sent an invitation without a tenant', () => {
    const { topic, model } = invitationMail({ email: EMAIL, expiresAt }, `${ISSUER}/invitation/t`);
    const page = { product: 'Avian', host: 'id.example.test' };
    const { text } = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
    expect(text).toMatch(/^You are invited to make an account/);
    expect(text).not.toContain('undefined');
  });
});
