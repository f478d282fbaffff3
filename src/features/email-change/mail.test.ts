import { expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { tenantId } from '#src/kernel/ids.ts';
import { changedMail, confirmMail, takenMail, undoneMail } from './mail.ts';

const HREF = 'https://id.example.test/somewhere';
const AT = new Date('2030-06-01T12:05:00.000Z');
const [OLD, NEW] = ['old@x.test', 'new@x.test'];

it.each([
  confirmMail(NEW, HREF, AT),
  changedMail({ oldEmail: OLD, newEmail: NEW }, { name: 'Ada', href: HREF, expiresAt: AT }),
  undoneMail(OLD, 'Ada', HREF),
  takenMail(OLD, tenantId('t'), HREF),
])('$topic says all it has to, in both parts', ({ topic, model }) => {
  const page = { product: 'Avian', host: 'id.example.test' };
  const { text, html } = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
  for (const part of [text, html]) {
    for (const word of Object.values(model)) expect(part).toContain(word);
  }
});

it('the mail to the new address says nothing of the account', () => {
  expect(Object.keys(confirmMail(NEW, HREF, AT).model)).toEqual(['href', 'email']);
});
