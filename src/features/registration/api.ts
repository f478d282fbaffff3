import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { Conflict, type Fault, Forbidden, NotFound, TooMany } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';
import { ROLES } from '#src/kernel/roles.ts';
import { tenantOf } from '#src/kernel/scope.ts';
import type { Invitations } from './invitations.ts';
import type { Invitation, InvitationRefusal } from './policy.ts';

export interface InvitationsApiDeps {
  readonly invitations: Pick<Invitations, 'invite'>;
}

const InvitationAnswer = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    role: z.enum(ROLES),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });

/** People are asked in by mail. */
export function createInvitationsApi({ invitations }: InvitationsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'inviteUser',
      method: 'POST',
      path: '/users/invitations',
      permission: 'users:create',
      tag: 'Users',
      summary: 'Mails somebody a link to register with.',
      body: z.strictObject({
        email: z.string().max(1024),
        role: z.enum(ROLES).default('user'),
      }),
      answer: InvitationAnswer,
      status: 201,
      async run({ scope, body }) {
        const tenantId = tenantOf(scope);
        if (tenantId === undefined) throw new NotFound('There is no such tenant.');
        const sent = await invitations.invite({ ...body, tenantId, by: scope });
        if (!sent.ok) throw faultOf(sent.reason);
        return { body: shown(sent.value) };
      },
    }),
  ];
}

/** The secret of the link is in the mail only. */
function shown({ id, email, role, expiresAt }: Invitation) {
  return { id, email, role, expiresAt: expiresAt.toISOString() };
}

const AN_HOUR = 3600;

function faultOf(reason: InvitationRefusal): Fault {
  switch (reason) {
    case 'email-taken':
      // The same words whose ever it is: those of other tenants are nobody's business here.
      return new Conflict('This e-mail address cannot be used.');
    case 'registration-off':
      return new Conflict('Registration is off in this tenant: let people in by invitation first.');
    case 'role-too-high':
      return new Forbidden(
        'Nobody gives a role above their own, changes who has one, or gives any with a token that is not for roles:grant.',
      );
    case 'mail-limit':
      return new TooMany(AN_HOUR);
    default:
      return unreachable(reason);
  }
}
