import { z } from 'zod';
import { SECOND } from '#src/kernel/clock.ts';
import { LONGEST_WAIT } from './stream.ts';

const MOST_LINES = 1000;

const draft = {
  url: z.string().meta({ description: 'Https; http for hosts that AVIAN_FETCH_ALLOW names.' }),
  description: z.string().meta({ description: 'For people: what is behind it.' }),
  events: z.array(z.string()).meta({
    description: 'Actions, and categories for all of their actions; all events where it is empty.',
  }),
};

export const WebhookBody = z.strictObject({
  url: draft.url,
  description: draft.description.default(''),
  events: draft.events.default([]),
});

export const WebhookChangesBody = z
  .strictObject({
    ...draft,
    paused: z.boolean().meta({ description: 'Whether events wait; nothing is lost meanwhile.' }),
  })
  .partial();

export const WebhookAnswer = z
  .strictObject({
    id: z.uuid(),
    tenant: z.uuid().nullable().meta({ description: 'Whose events; null for the server’s own.' }),
    ...draft,
    state: z
      .enum(['active', 'failing', 'paused'])
      .meta({ description: 'failing: it has taken nothing for a day, and is still tried.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });

export const CreatedWebhookAnswer = WebhookAnswer.extend({
  secret: z.string().meta({ description: 'What signatures are checked with. Shown this once.' }),
}).meta({ id: 'CreatedWebhook' });

export const StandingAnswer = z
  .strictObject({
    state: z.enum(['active', 'failing', 'paused']),
    position: z.int().meta({ description: 'How far it has come in its tenant’s log.' }),
    backlog: z.int().meta({ description: 'How many events wait.' }),
    backlogIsMore: z.boolean().meta({ description: 'Whether there are more than were counted.' }),
    failures: z.int().meta({ description: 'Failures in a row.' }),
    failingSince: z.iso.datetime().nullable(),
    dueAt: z.iso.datetime().meta({ description: 'When what waits is sent next.' }),
    lastError: z.string().nullable(),
    lastDeliveredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookStatus' });

export const ReplayBody = z.strictObject({
  since: z
    .union([z.iso.datetime({ offset: true }).pipe(z.coerce.date()), z.int().min(1)])
    .meta({ description: 'An instant, or a position: what was written then, and all after it.' }),
});

export const StreamQuery = z.strictObject({
  after: z.string().max(2048).optional().meta({
    description: 'The `cursor` of the last line that was read; from the beginning without.',
  }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_LINES)
    .default(MOST_LINES)
    .meta({ description: 'How many lines at most.' }),
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(LONGEST_WAIT / SECOND)
    .default(0)
    .meta({ description: 'How many seconds to wait for some, where there are none.' }),
});
