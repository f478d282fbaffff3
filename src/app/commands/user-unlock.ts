import type { Unlocking } from '#src/features/lockout/index.ts';
import { NotFound } from '#src/kernel/faults.ts';

interface UnlockOptions {
  readonly email: string;
}

interface UnlockedUser {
  readonly id: string;
  /** As it is kept: normalised. */
  readonly email: string;
}

/** Opens the account of an address that wrong passwords have closed; throws `NotFound` where nobody has it. */
export async function run(
  { unlocking }: { readonly unlocking: Pick<Unlocking, 'openByAdministrator'> },
  { email }: UnlockOptions,
): Promise<UnlockedUser> {
  const opened = await unlocking.openByAdministrator({ email });
  if (!opened.ok) throw new NotFound('There is no user with this e-mail address.');
  return { id: opened.value.id, email: opened.value.email };
}

export function say({ id, email }: UnlockedUser): string {
  return `Opened the account of ${email} (${id}).`;
}
