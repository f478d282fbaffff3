import type { RetentionRefusal } from '#src/features/audit/index.ts';
import { Conflict } from '#src/kernel/faults.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import type { Parts } from './open.ts';

export interface RetainOptions {
  readonly dryRun?: true;
}

interface Retained {
  /** Months that are old enough to go, each by its first day, the oldest first. */
  readonly due: readonly string[];
  /** The one that went. */
  readonly retired: string | null;
  readonly entries: number;
}

/** Removes the oldest month of the audit log that is older than need be kept, or only says which are (R9.7). */
export async function run(
  { chains }: { readonly chains: Pick<Parts['chains'], 'due' | 'retire'> },
  { dryRun }: RetainOptions,
): Promise<Retained> {
  const due = valueOf(await chains.due());
  const retired = dryRun ? undefined : valueOf(await chains.retire());
  return { due, retired: retired?.month ?? null, entries: retired?.entries ?? 0 };
}

const REFUSALS: Readonly<Record<RetentionRefusal, string>> = {
  'clock-ahead-of-database': 'The clock is more than an hour ahead of the database’s.',
  'clock-ahead-of-log': 'The clock is more than a month ahead of the newest entry.',
};

function valueOf<Value>(ending: Outcome<Value, RetentionRefusal>): Value {
  if (!ending.ok) throw new Conflict(`Nothing was removed. ${REFUSALS[ending.reason]}`);
  return ending.value;
}

export function say({ due, retired, entries }: Retained): string {
  if (retired !== null) return `Removed ${retired.slice(0, 7)}, ${entries} entries.`;
  if (due.length === 0) return 'Nothing is old enough to go.';
  return `Old enough to go, a month a day: ${due.map((month) => month.slice(0, 7)).join(', ')}.`;
}
