import { describe, expect, it } from 'vitest';
import { createToolkit, serve } from '#src/http/bench.ts';
import type { Mail } from '#src/kernel/mail.ts';
import { createDevMailbox } from './mailbox.ts';
import { createDevMailPages, piecesOf } from './pages.ts';

const ISSUER = 'http://id.example.test';

function aMail(over: Partial<Mail> = {}): Mail {
  return {
    messageId: '01890000-0000-7000-8000-000000000001@id.example.test',
    date: new Date('2030-01-01T12:00:00.000Z'),
    from: { name: 'Flock', address: 'no-reply@example.test' },
    to: 'ada@x.test',
    subject: 'Confirm your email',
    text: `Confirm it:\n${ISSUER}/verify?token=a&b\nOr not: http://evil.test/x\n`,
    html: '<p style="color:red">Confirm it.</p>',
    ...over,
  };
}

/** The pages of a mailbox that got these mails. */
async function thePages(...mails: Mail[]) {
  const mailbox = createDevMailbox();
  for (const mail of mails) await mailbox.send(mail);
  const { stack, page } = createToolkit({ issuer: ISSUER });
  const { ask } = await serve(...stack, createDevMailPages({ mailbox, page, issuer: ISSUER }));
  return (path: string) => ask(path, { headers: { accept: 'text/html' } });
}

describe('the mailbox of a server without mail', () => {
  it('keeps the last hundred, the newest first', async () => {
    const mailbox = createDevMailbox();
    for (let count = 0; count < 130; count += 1) {
      await mailbox.send(aMail({ messageId: `${count}@x` }));
    }
    const ids = mailbox.list().map(({ messageId }) => messageId);
    expect(ids).toHaveLength(100);
    expect([ids[0], ids[99]]).toStrictEqual(['129@x', '30@x']);
    expect(mailbox.find('29@x')).toBeUndefined();
  });

  it('has a mail once, however often it comes', async () => {
    const mailbox = createDevMailbox();
    await mailbox.send(aMail());
    await mailbox.send(aMail({ subject: 'Again' }));
    expect(mailbox.list()).toStrictEqual([aMail({ subject: 'Again' })]);
  });
});

describe('its pages', () => {
  it('list what was mailed, and lead to each', async () => {
    const ask = await thePages(aMail());
    const { text } = await ask('/dev/mail');
    const [, path = ''] = /href="(\/dev\/mail\/[^"]+)">Confirm your email</.exec(text) ?? [];
    const { status, text: mail } = await ask(path);
    expect(status).toBe(200);
    expect(mail).toContain('<h1>Confirm your email</h1>');
    expect(mail).toContain('Flock &lt;no-reply@example.test&gt;');
  });

  it('say that there is nothing yet', async () => {
    const ask = await thePages();
    expect((await ask('/dev/mail')).text).toContain('Nothing has been sent yet.');
    expect((await ask('/dev/mail/x@y')).status).toBe(404);
    expect((await ask('/dev/mail/x@y/html')).status).toBe(404);
  });

  it('let links of ours be followed, and no others', async () => {
    const ask = await thePages(aMail());
    const { text } = await ask(`/dev/mail/${aMail().messageId}`);
    expect(text).toContain(`<a href="/verify?token=a&amp;b">${ISSUER}/verify?token=a&amp;b</a>`);
    expect(text).toContain('http://evil.test/x');
    expect(text).not.toMatch(/href="[^"]*evil/);
  });

  it('show the HTML as a mail program would: it runs nothing, loads nothing, is no part of the site', async () => {
    const ask = await thePages(aMail());
    const { text, headers } = await ask(`/dev/mail/${aMail().messageId}/html`);
    expect(text).toBe(aMail().html);
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'; style-src 'unsafe-inline';");
    expect(policy).toMatch(/; sandbox$/);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });
});

describe('a text in pieces', () => {
  it('loses nothing', () => {
    const text = `a  b\n\n${ISSUER}/x\t${ISSUER}\n`;
    const pieces = piecesOf(text, ISSUER);
    expect(pieces.map(({ text }) => text).join('')).toBe(text);
    expect(pieces.filter(({ path }) => path !== undefined)).toStrictEqual([
      { text: `${ISSUER}/x`, path: 'x' },
    ]);
  });

  it.each([`${ISSUER}.evil.test/`, `${ISSUER}//evil.test`, `${ISSUER}/\\evil.test`, `x${ISSUER}/`])(
    'has no link in %s',
    (text) => {
      expect(piecesOf(text, ISSUER)).toStrictEqual([{ text }]);
    },
  );
});
