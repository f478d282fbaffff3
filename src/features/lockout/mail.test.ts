import { describe, expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { anOwner, ISSUER } from './bench.ts';
import { closedMail } from './mail.ts';

const NOTICE = {
  issuer: ISSUER,
  owner: anOwner(),
  token: 'T'.repeat(43),
  closedUntil: new Date('2030-01-01T23:45:30Z'),
  expiresAt: new Date('2030-01-02T23:15:30Z'),
};

/** Both parts of the mail, as they go out. */
function rendered(place: 'known-device' | 'other-devices') {
  const { topic, model } = closedMail({ ...NOTICE, place });
  const page = { product: 'Avian', host: 'id.example.test' };
  return createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
}

describe('the mail that an account is closed', () => {
  it('goes to the address as it is kept, three times an hour at most', () => {
    expect(closedMail({ ...NOTICE, place: 'other-devices' })).toMatchObject({
      to: 'ada@x.test',
      atMostPerHour: 3,
      tenantId: NOTICE.owner.tenantId,
      expiresAt: NOTICE.expiresAt,
    });
  });

  it.each(['known-device', 'other-devices'] as const)(
    'says when it opens, by which link, and what to do otherwise, of %s',
    (place) => {
      const { text, html } = rendered(place);
      for (const part of [text, html]) {
        expect(part).toContain('until 23:45 UTC');
        expect(part).toContain(`https://id.example.test/unlock/${NOTICE.token}`);
        expect(part).toContain('https://id.example.test/recovery');
      }
    },
  );

  it('says where sign-in still works', () => {
    expect(rendered('other-devices').text).toContain('still works in browsers that you have');
    expect(rendered('known-device').text).toContain('Sign-in is paused there');
  });
});
