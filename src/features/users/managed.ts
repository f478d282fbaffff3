import type { Audit, AuditEvent } from '#src/features/audit/index.ts';
import { type Fault, Forbidden, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import type { UserId } from '#src/kernel/ids.ts';
import { type Outcome, refused, unreachable } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { type ManagedRefusal, managedFault } from './ceiling.ts';
import type { User } from './user.ts';

/** What an administrator does to somebody. */
export interface ManagedAct {
  readonly action: AuditEvent['action'];
  readonly userId: UserId;
  /** The state the administrator saw last. */
  readonly version?: string;
  /** What was asked, for the entry of a refusal. */
  readonly asked?: AuditEvent['details'];
}

export interface ManagedDeps {
  readonly units: Units;
  readonly audit: Pick<Audit, 'record'>;
  /** How the person is found in the unit: looked up, or taken for changing. */
  find(unit: Unit, id: UserId): Promise<User | undefined>;
}

export type Manage = <Value, Reason extends string>(
  scope: AdminScope,
  act: ManagedAct,
  work: (unit: Unit, user: User) => Promise<Outcome<Value, Reason>>,
) => Promise<Outcome<Value, Reason | ManagedRefusal>>;

/**
 * One unit in which an administrator does something to a person of the scope's tenant. Whoever is of another
 * is not there, nobody who stands above the administrator is touched, and each refusal, of `work` as well,
 * leaves its entry. Of what it did, `work` leaves the entry itself.
 */
export function createManage({ units, audit, find }: ManagedDeps): Manage {
  return (scope, { action, userId, version, asked }, work) =>
    units.run(scope, async (unit) => {
      const user = await find(unit, userId);
      const fault = managedFault(scope, user, version);
      const ending = user && !fault ? await work(unit, user) : refused(fault ?? 'unknown');
      if (!ending.ok)
        await audit.record(unit, {
          action,
          outcome: ending.reason,
          resource: { type: 'user', id: userId },
          ...(asked && { details: asked }),
        });
      return ending;
    });
}

/** What an administrator is told of such a refusal. */
export function managedFaultOf(reason: ManagedRefusal): Fault {
  switch (reason) {
    case 'unknown':
      return new NotFound('There is no such user.');
    case 'role-too-high':
      return new Forbidden(
        'Nobody gives a role above their own, changes who has one, or gives any with a token that is not for roles:grant.',
      );
    case 'changed':
      return new PreconditionFailed('The user has changed meanwhile: read it again.');
    default:
      return unreachable(reason);
  }
}
