import { z } from 'zod';
import { managedFaultOf } from '#src/features/users/index.ts';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { userId } from '#src/kernel/ids.ts';
import type { Unlocking } from './unlocking.ts';

export interface LockoutApiDeps {
  readonly unlocking: Pick<Unlocking, 'openFor'>;
}

/** Locks of others, for those who manage them. */
export function createLockoutApi({ unlocking }: LockoutApiDeps): readonly AnyOperation[] {
  return [
    operation({
      id: 'unlockUser',
      method: 'POST',
      path: '/users/:user/unlock',
      permission: 'users:unlock',
      tag: 'Users',
      summary: 'Opens an account that too many wrong passwords closed.',
      params: z.strictObject({ user: z.uuid() }),
      async run({ scope, params }) {
        const opened = await unlocking.openFor(scope, userId(params.user.toLowerCase()));
        if (!opened.ok) throw managedFaultOf(opened.reason);
        return {};
      },
    }),
  ];
}
