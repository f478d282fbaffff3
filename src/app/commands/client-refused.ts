import { Conflict, Forbidden, NotFound, PreconditionFailed } from '#src/kernel/faults.ts';
import { unreachable } from '#src/kernel/outcome.ts';

type Refusal = 'unknown' | 'shared' | 'changed' | 'permission-too-high' | 'no-secrets';

/** Throws what an application was left alone for. */
export function refuseClient(reason: Refusal): never {
  switch (reason) {
    case 'unknown':
      throw new NotFound('There is no application with this client_id.');
    case 'no-secrets':
      throw new Conflict('This application proves itself without a secret.');
    case 'changed':
      throw new PreconditionFailed('Somebody has changed this application meanwhile.');
    case 'shared':
    case 'permission-too-high':
      throw new Forbidden('This application is not yours to change.');
    default:
      return unreachable(reason);
  }
}
