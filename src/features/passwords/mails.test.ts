import { describe, expect, it } from 'vitest';
import { VIEWS } from '#src/http/bench.ts';
import { createMailViews } from '#src/infra/mail/render.ts';
import { ADA } from './bench.ts';
import { passwordChanged, passwordExpiring } from './mails.ts';

const WHEN = new Date('2030-03-01T23:59:30Z');

/** Both parts, as they go out. */
function rendered({ topic, model }: ReturnType<typeof passwordChanged>): readonly string[] {
  const page = { product: 'Avian', host: 'id.example.test' };
  const { text, html } = createMailViews({ dir: VIEWS }).render(topic, { ...model, page });
  return [text, html];
}

describe('the mail that a password was changed', () => {
  it('goes to the address as it is kept, and says when it was and what to do', () => {
    const draft = passwordChanged(ADA, WHEN);
    expect(draft).toMatchObject({ to: ADA.email, tenantId: ADA.tenantId });
    for (const part of rendered(draft)) {
      expect(part).toContain('Hello Ada King-Lovelace');
      expect(part).toContain('on 1 March 2030 at 23:59 UTC');
      expect(part).toContain('If it wasn’t, choose “Forgot your password?” where you sign in');
    }
  });
});

describe('the mail that a password is about to expire', () => {
  it('says until when it holds and what happens then, and is of no use afterwards', () => {
    const draft = passwordExpiring(ADA, WHEN);
    expect(draft).toMatchObject({ to: ADA.email, tenantId: ADA.tenantId, expiresAt: WHEN });
    expect(draft.subject).toBe('Your password expires on 1 March 2030');
    for (const part of rendered(draft)) {
      expect(part).toContain('holds until 1 March 2030');
      expect(part).toContain('you choose a new one and go on from there');
    }
  });
});
