import type { OutboxDesk } from '#src/features/outbox/index.ts';

interface RetryOptions {
  /** Only these; without them, all that were given up. */
  readonly id?: readonly string[];
}

interface Retried {
  readonly mails: readonly string[];
}

/** Lets mails that were given up wait for delivery again. */
export async function run(
  { outbox }: { readonly outbox: Pick<OutboxDesk, 'retry'> },
  { id }: RetryOptions,
): Promise<Retried> {
  return { mails: await outbox.retry(id ?? 'dead') };
}

export function say({ mails }: Retried): string {
  if (mails.length === 0) return 'There is nothing to try again.';
  return `${mails.length} ${mails.length === 1 ? 'mail waits' : 'mails wait'} for delivery again.`;
}
