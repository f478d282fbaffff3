import { ACTIONS, type Action, isAction, isCategory } from '#src/features/audit/index.ts';
import { refuseFaults } from '#src/kernel/faults.ts';
import { normaliseName } from '#src/kernel/text.ts';
import type { Webhook } from './webhook.ts';

/** A receiver as somebody wants it registered. */
export interface WebhookDraft {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
}

/** How many receivers a tenant has at most: each is served on its own. */
export const MOST = 20;

const MOST_EVENTS = 200;
const LONGEST_DESCRIPTION = 200;

/** A draft as it is kept; throws `InvalidInput` with every fault by field. */
export function judgeWebhook(
  { url, description, events }: WebhookDraft,
  faultOf: (url: string) => string | undefined,
): Pick<Webhook, 'url' | 'description' | 'events'> {
  const about = normaliseName(description);
  const unknown = events.findIndex((name) => !isEventName(name));
  refuseFaults('The webhook is not valid.', {
    url: faultOf(url),
    description:
      about.length > LONGEST_DESCRIPTION
        ? `Use up to ${LONGEST_DESCRIPTION} characters.`
        : undefined,
    events: events.length > MOST_EVENTS ? `At most ${MOST_EVENTS}, please.` : undefined,
    ...(unknown !== -1 && {
      [`events.${unknown}`]: 'There is no action and no category of this name.',
    }),
  });
  return { url, description: about, events: [...new Set(events)] };
}

function isEventName(text: string): boolean {
  return isAction(text) || isCategory(text);
}

/** What a receiver's test is an entry of. */
export const TESTED: Action = 'webhook.tested';

/** Whether a receiver is sent an entry: it asked for it, or it is its own test. */
export function wants(
  { id, events }: Pick<Webhook, 'id' | 'events'>,
  { action, resourceId }: { readonly action: string; readonly resourceId: string | undefined },
): boolean {
  if (events.length === 0 || (action === TESTED && resourceId === id)) return true;
  return events.includes(action) || (isAction(action) && events.includes(ACTIONS[action].category));
}

/** Of an address, what the log keeps: a query may hold what lets its bearer in. */
export function loggedUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
