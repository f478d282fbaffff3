import { refuseFaults } from '#src/kernel/faults.ts';
import { ROLES, type Role } from '#src/kernel/roles.ts';
import { normaliseEmail, normaliseName } from '#src/kernel/text.ts';

/** What is written of a new account, before anybody judged it. */
export interface Particulars {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Whether its tenant is the operator's own, the only one with super_admins (ADR 0002). */
  readonly operator?: boolean;
}

/** The account's particulars as they will be kept; throws `InvalidInput` with every fault by field. */
export function judgeUser(draft: Particulars): { email: string; name: string; role: Role } {
  const email = normaliseEmail(draft.email);
  const name = normaliseName(draft.name);
  const role = ROLES.find((known) => known === draft.role);
  refuseFaults('The user is not valid.', {
    email: email === undefined ? 'This is not an e-mail address.' : undefined,
    name: nameFault(name),
    role: roleFault(role, draft.operator ?? false),
  });
  return { email: email ?? '', name, role: role ?? 'user' };
}

/** A name as it will be kept; throws `InvalidInput` where there is nothing to keep, or too much. */
export function judgeName(text: string): string {
  const name = normaliseName(text);
  refuseFaults('The user is not valid.', { name: nameFault(name) });
  return name;
}

function nameFault(name: string): string | undefined {
  return name === '' || name.length > 200 ? 'Use 1 to 200 characters.' : undefined;
}

function roleFault(role: Role | undefined, operator: boolean): string | undefined {
  if (role === undefined) return `Use one of ${ROLES.join(', ')}.`;
  if (role === 'super_admin' && !operator)
    return 'Only the operator’s own tenant has super_admins.';
  return undefined;
}
