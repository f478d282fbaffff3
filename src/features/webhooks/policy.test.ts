import { describe, expect, it } from 'vitest';
import { judgeWebhook, loggedUrl, wants } from './policy.ts';

const draft = { url: 'https://siem.example/in', description: '', events: [] };
const fine = () => undefined;

describe('a webhook', () => {
  it('is kept tidied: its words as people meant them, each event once', () => {
    const events = ['user.created', 'authentication', 'user.created'];
    expect(
      judgeWebhook({ ...draft, description: ' our\u0000  SIEM\n', events }, fine),
    ).toStrictEqual({
      ...draft,
      description: 'our SIEM',
      events: ['user.created', 'authentication'],
    });
  });

  it.each([
    ['url', draft, () => 'Use https.'],
    ['description', { ...draft, description: 'x'.repeat(201) }, fine],
    ['events.1', { ...draft, events: ['user.created', 'user.dreamt'] }, fine],
    ['events', { ...draft, events: Array.from({ length: 201 }, () => 'user.created') }, fine],
  ])('is refused for its %s', (field, wrong, faultOf) => {
    expect(() => judgeWebhook(wrong, faultOf)).toThrow(
      expect.objectContaining({ fields: { [field]: expect.any(String) } }),
    );
  });
});

describe('what a webhook is sent', () => {
  const entry = (action: string, resourceId?: string) => ({ action, resourceId });
  const webhook = (...events: string[]) => ({ id: 'mine', events });

  it('is everything where it names nothing', () => {
    expect(wants(webhook(), entry('user.created'))).toBe(true);
    expect(wants(webhook(), entry('of.another-version'))).toBe(true);
  });

  it('is the actions it names, and those of its categories', () => {
    const asked = webhook('user.created', 'authentication');
    expect(wants(asked, entry('user.created'))).toBe(true);
    expect(wants(asked, entry('sign-in.refused'))).toBe(true);
    expect(wants(asked, entry('user.deleted'))).toBe(false);
    expect(wants(asked, entry('of.another-version'))).toBe(false);
    expect(wants(webhook('action.gone'), entry('user.created'))).toBe(false);
  });

  it('is its own test, and no other’s', () => {
    const asked = webhook('user.created');
    expect(wants(asked, entry('webhook.tested', 'mine'))).toBe(true);
    expect(wants(asked, entry('webhook.tested', 'yours'))).toBe(false);
  });
});

describe('what the log keeps of an address', () => {
  it('is no query, which may let its bearer in', () => {
    expect(loggedUrl('https://siem.example:8443/in?key=sesame')).toBe(
      'https://siem.example:8443/in',
    );
  });
});
