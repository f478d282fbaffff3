import type { InvitationRefusal, Invitations } from '#src/features/registration/index.ts';
import { Conflict } from '#src/kernel/faults.ts';
import type { Rooms } from '../rooms.ts';
import { tenantNamed } from './tenant-named.ts';

export interface InviteOptions {
  /** The tenant's slug. */
  readonly tenant: string;
  readonly email: string;
  readonly role: string;
}

interface SentInvitation {
  /** As it is kept: normalised. */
  readonly email: string;
  readonly role: string;
  readonly expiresAt: string;
}

/** Mails an invitation to register; throws `NotFound` for an unknown tenant, `Conflict` where none can be sent. */
export async function run(
  { tenancy, invitations }: Pick<Rooms, 'tenancy'> & { readonly invitations: Invitations },
  { tenant, email, role }: InviteOptions,
): Promise<SentInvitation> {
  const { id: tenantId } = await tenantNamed(tenancy, tenant);
  const by = { kind: 'system', id: 'command-line' } as const;
  const sent = await invitations.invite({ tenantId, email, role, by });
  if (!sent.ok) throw new Conflict(WORDS[sent.reason]);
  const { expiresAt, ...invited } = sent.value;
  return { email: invited.email, role: invited.role, expiresAt: expiresAt.toISOString() };
}

const WORDS: Readonly<Record<InvitationRefusal, string>> = {
  'email-taken': 'There is a user with this e-mail address already.',
  'registration-off': 'Registration is off in this tenant: turn it on with "avian tenant update".',
  'role-too-high': 'Nobody gives a role above their own.',
  'mail-limit': 'This address was sent several invitations within the hour: try again later.',
};

export function say({ email, role, expiresAt }: SentInvitation): string {
  return `Invited ${email} as ${role}, until ${expiresAt}.`;
}
