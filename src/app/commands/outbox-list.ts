import type { OutboxDesk, OutboxState } from '#src/features/outbox/index.ts';

interface ListOptions {
  readonly state?: OutboxState;
}

interface OutboxList {
  readonly mails: readonly {
    readonly id: string;
    readonly tenant_id: string | null;
    readonly topic: string;
    readonly state: OutboxState;
    readonly attempts: number;
    readonly due_at: string;
    readonly created_at: string;
    readonly last_error: string | null;
  }[];
}

const MOST = 200;

/** What is in the outbox, the newest first: never what a mail says, nor whom it goes to. */
export async function run(
  { outbox }: { readonly outbox: Pick<OutboxDesk, 'list'> },
  { state }: ListOptions,
): Promise<OutboxList> {
  const entries = await outbox.list({ ...(state && { state }), limit: MOST });
  return {
    mails: entries.map((entry) => ({
      id: entry.id,
      tenant_id: entry.tenantId ?? null,
      topic: entry.topic,
      state: entry.state,
      attempts: entry.attempts,
      due_at: entry.dueAt.toISOString(),
      created_at: entry.createdAt.toISOString(),
      last_error: entry.lastError ?? null,
    })),
  };
}

export function say({ mails }: OutboxList): string {
  if (mails.length === 0) return 'There is no such mail.';
  return mails.map(lineOf).join('\n');
}

function lineOf(mail: OutboxList['mails'][number]): string {
  const { id, state, topic, attempts, last_error: error } = mail;
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
  const next = state === 'waiting' ? `, next at ${mail.due_at}` : '';
  return `${id}  ${state.padEnd(9)}  ${topic}  ${tries}${next}${error === null ? '' : `: ${error}`}`;
}
