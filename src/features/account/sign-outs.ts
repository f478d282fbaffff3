import type { Sessions } from '#src/features/sessions/index.ts';
import type { UserStore } from '#src/features/users/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Units } from '#src/kernel/unit.ts';

/** Whom an administrator names. */
interface Named {
  readonly tenantId: TenantId;
  readonly email: string;
}

export interface SignOuts {
  /** Ends every session of the tenant's user with this address; one of another tenant's is not known here. */
  everywhere(named: Named): Promise<Outcome<{ id: UserId; email: string }, 'unknown'>>;
}

export interface SignOutsDeps {
  readonly units: Units;
  readonly users: Pick<UserStore, 'locate'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
}

/** The command line, for whichever tenant it names. */
const SCOPE: Scope = { kind: 'system', job: 'account' };

/** Sign-outs by an administrator (R7.7). */
export function createSignOuts({ units, users, sessions }: SignOutsDeps): SignOuts {
  return {
    async everywhere({ tenantId, email }) {
      const address = normaliseEmail(email);
      if (address === undefined) return refused('unknown');
      return units.run(SCOPE, async (unit) => {
        const located = await users.locate(unit, address);
        if (located?.tenantId !== tenantId) return refused('unknown');
        await sessions.endAll(unit, located.id, 'administrator');
        return done({ id: located.id, email: address });
      });
    },
  };
}
