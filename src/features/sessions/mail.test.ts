import { describe, expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { tenantId } from '#src/kernel/ids.ts';
import { BROWSERS } from './bench.ts';
import { type Suspicion, suspicionMail } from './mail.ts';
import { SIGNALS } from './suspicion.ts';

const SUSPICION: Suspicion = {
  issuer: 'https://id.example.test',
  owner: { email: 'ada@x.test', tenantId: tenantId('01890000-0000-7000-8000-00000000000a') },
  signal: 'two-places',
  use: {
    at: new Date('2030-01-01T23:15:30Z'),
    address: '192.0.2.1',
    userAgent: BROWSERS.firefoxOnWindows(141),
  },
};

/** Both parts of the mail, as they go out. */
function rendered(over: Partial<Suspicion> = {}) {
  const { topic, model } = suspicionMail({ ...SUSPICION, ...over });
  const page = { product: 'Avian', host: 'id.example.test' };
  const { text, html } = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
  return [text, html] as const;
}

describe('the mail that a session was ended', () => {
  it('goes to the address as it is kept, three times an hour at most, and not after a day', () => {
    expect(suspicionMail(SUSPICION)).toMatchObject({
      to: 'ada@x.test',
      atMostPerHour: 3,
      tenantId: SUSPICION.owner.tenantId,
      expiresAt: new Date('2030-01-02T23:15:30Z'),
    });
  });

  it('says when, with what and from where it was used, and where a password is chosen', () => {
    for (const part of rendered()) {
      expect(part).toContain('1 January 2030 at 23:15 UTC');
      expect(part).toContain('Browser: Firefox on Windows');
      expect(part).toContain('Address: 192.0.2.1');
      expect(part).toContain('https://id.example.test/recovery');
      expect(part).toContain('signed out');
    }
  });

  it('says of each signal what happened, in words of its own', () => {
    const said = SIGNALS.map((signal) => rendered({ signal })[0]);
    expect(new Set(said).size).toBe(SIGNALS.length);
    for (const text of said) expect(text).not.toMatch(/\b(?:undefined|signal|token|cookie)\b/);
  });

  it.each([
    [BROWSERS.aScript(5), 'Browser: Unknown'],
    [
      'Mozilla/5.0 (X11; FreeBSD amd64; rv:141.0) Gecko/20100101 Firefox/141.0',
      'Browser: Firefox\n',
    ],
  ])('says no more than it knows of %s', (userAgent, said) => {
    expect(rendered({ use: { ...SUSPICION.use, userAgent } })[0]).toContain(said);
  });

  it.each(['<b>Call 555-1234</b>', 'https://evil.test/', '‮evil', 'x'.repeat(9999)])(
    'repeats no word of a thief’s request: %s',
    (words) => {
      const use = { at: SUSPICION.use.at, address: words, userAgent: `${words}/1 (x)` };
      for (const part of rendered({ use })) {
        expect(part).not.toContain(words);
        expect(part).toMatch(/Browser: Unknown[\s\S]*Address: Unknown/);
      }
    },
  );
});
