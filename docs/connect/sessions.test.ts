import type { IDToken } from 'openid-client';
import { describe, expect, it } from 'vitest';
import { createSessions } from './sessions.ts';

const person = (claims: Partial<IDToken>) => ({
  idToken: 'token',
  claims: { iss: 'i', aud: 'a', sub: 'ada', iat: 0, exp: 0, ...claims },
});

describe('the application’s sessions', () => {
  it('end by the provider’s session where it is named, and by the person where not', () => {
    const sessions = createSessions();
    const [first, second] = [
      sessions.start(person({ sid: 's1' })),
      sessions.start(person({ sid: 's2' })),
    ];
    sessions.endWhere({ sid: 's1', sub: 'ada' });
    expect(sessions.find(first)).toBeUndefined();
    expect(sessions.find(second)).toBeDefined();
    sessions.endWhere({ sub: 'ada' });
    expect(sessions.find(second)).toBeUndefined();
  });

  it('make room for a new one by ending the oldest', () => {
    const sessions = createSessions(2);
    const ids = ['a', 'b', 'c'].map((sub) => sessions.start(person({ sub })));
    expect(ids.map((id) => sessions.find(id)?.claims.sub)).toEqual([undefined, 'b', 'c']);
  });
});
