import { describe, expect, it } from 'vitest';
import type { InvitationDraft, InvitationRefusal } from '#src/features/registration/index.ts';
import { Conflict, NotFound } from '#src/kernel/faults.ts';
import { refused } from '#src/kernel/outcome.ts';
import { run, say } from './user-invite.ts';

const OPTIONS = { tenant: 'flock', email: 'Ada@x.test', role: 'user' };

function parts(refusal?: InvitationRefusal) {
  const drafts: InvitationDraft[] = [];
  const invitation = { email: 'ada@x.test', role: 'user', expiresAt: new Date('2030-01-08') };
  const tenancy = { locate: async (slug: string) => (slug === 'flock' ? { id: 't' } : undefined) };
  const invitations = {
    async invite(draft: InvitationDraft) {
      drafts.push(draft);
      return refusal ? refused(refusal) : { ok: true, value: invitation };
    },
  };
  return { drafts, parts: { tenancy, invitations } as unknown as Parameters<typeof run>[0] };
}

describe('avian user invite', () => {
  it('invites into the tenant of the slug, in the name of the command line', async () => {
    const { drafts, parts: rooms } = parts();
    const sent = await run(rooms, OPTIONS);
    expect(drafts).toEqual([
      {
        tenantId: 't',
        email: 'Ada@x.test',
        role: 'user',
        by: { kind: 'system', id: 'command-line' },
      },
    ]);
    expect(say(sent)).toBe('Invited ada@x.test as user, until 2030-01-08T00:00:00.000Z.');
  });

  it.each([
    ['email-taken', 'already'],
    ['registration-off', 'avian tenant update'],
    ['mail-limit', 'try again later'],
  ] as const)('says what to do about %s', async (refusal, words) => {
    const inviting = run(parts(refusal).parts, OPTIONS);
    await expect(inviting).rejects.toThrow(Conflict);
    await expect(inviting).rejects.toThrow(words);
  });

  it('knows no tenant that is none', async () => {
    await expect(run(parts().parts, { ...OPTIONS, tenant: 'x' })).rejects.toThrow(NotFound);
  });
});
