import { z } from 'zod';
import { managedFaultOf } from '#src/features/users/index.ts';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { Conflict } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Forcing } from './forcing.ts';

export interface PasswordsApiDeps {
  readonly forcing: Forcing;
}

/** Passwords of others, for those who manage them. */
export function createPasswordsApi({ forcing }: PasswordsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'forcePasswordChange',
      method: 'POST',
      path: '/users/:user/force-password-change',
      permission: 'users:update',
      tag: 'Users',
      summary: 'Makes a person choose a new password at their next sign-in.',
      params: z.strictObject({ user: z.uuid() }),
      async run({ scope, params }) {
        const forced = await forcing.force(scope, userId(params.user.toLowerCase()));
        if (forced.ok) return {};
        throw forced.reason === 'no-password'
          ? new Conflict('They have no password yet: they choose one by the link they were mailed.')
          : managedFaultOf(forced.reason);
      },
    }),
  ];
}
