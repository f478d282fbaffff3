import { type EventFeed, SERVER_CHAIN } from '#src/features/audit/index.ts';
import { isUuid, type TenantId } from '#src/kernel/ids.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import type { Poster } from '#src/kernel/poster.ts';
import { type AdminScope, tenantOf } from '#src/kernel/scope.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { nextVersion } from '#src/kernel/version.ts';
import { type ChangingDeps, createChange, type WebhookRefusal } from './changing.ts';
import { judgeWebhook, loggedUrl, MOST, type WebhookDraft, wants } from './policy.ts';
import {
  createRotation,
  createSecretMaker,
  type MadeSecret,
  type Rotation,
  type SecretDeps,
} from './secrets.ts';
import { createSteering, type Steering } from './steering.ts';
import type { KeptWebhook, ListPlace } from './store.ts';
import type { Progress, Webhook } from './webhook.ts';

/** What may be changed of one. */
export type WebhookChanges = Partial<WebhookDraft & { readonly paused: boolean }>;

/** How a receiver fares, and what waits for it: `counted` events at least, and that many where `isAll`. */
export interface Standing extends Progress {
  readonly state: Webhook['state'];
  readonly backlog: { readonly counted: number; readonly isAll: boolean };
}

/** What those who manage do about receivers of events (R33). In an operator's scope, of the server's own ones. */
export interface Webhooks extends Rotation, Steering {
  list(
    scope: AdminScope,
    page: { readonly after?: ListPlace; readonly limit: number },
  ): Promise<{ readonly items: readonly Webhook[]; readonly next?: ListPlace }>;
  find(scope: AdminScope, id: string): Promise<Webhook | undefined>;
  standing(scope: AdminScope, id: string): Promise<Standing | undefined>;
  /** Registers one for what happens from now on; its secret is told now and never again. Throws `InvalidInput`. */
  create(
    scope: AdminScope,
    draft: WebhookDraft,
  ): Promise<Outcome<{ readonly webhook: Webhook; readonly secret: string }, 'too-many'>>;
  /** Sets what is given; throws `InvalidInput` by field. One that is paused no more goes on where it was. */
  update(
    scope: AdminScope,
    id: string,
    wanted: { readonly changes: WebhookChanges; readonly version?: string },
  ): Promise<Outcome<Webhook, WebhookRefusal>>;
  remove(
    scope: AdminScope,
    id: string,
    version?: string,
  ): Promise<Outcome<undefined, WebhookRefusal>>;
}

export interface WebhooksDeps extends ChangingDeps, SecretDeps {
  readonly feed: EventFeed;
  readonly poster: Pick<Poster, 'fault'>;
}

/** How far a backlog is counted. */
const COUNTED = 1000;

export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { store, poster, clock } = deps;
  const change = createChange(deps);
  const makeSecret = createSecretMaker(deps);

  async function changed(unit: Unit, before: KeptWebhook, changes: WebhookChanges) {
    const judged = judgeWebhook({ ...before, ...changes }, poster.fault);
    const now = clock.now();
    const { failures: _, failingSince: __, ...rest } = before;
    const fresh = before.url !== judged.url || changes.paused === false;
    const after: KeptWebhook = {
      ...(fresh ? { ...rest, failures: 0, dueAt: now } : before),
      ...judged,
      state: stateAfter(before.state, { fresh, paused: changes.paused }),
      updatedAt: nextVersion(before.updatedAt, now),
    };
    await store.update(unit, after);
    return { ...done<Webhook>(after), details: changesOf(before, after) };
  }

  return {
    ...createLooking(deps),
    ...createRegistering(deps, makeSecret),
    ...createRotation({ ...deps, makeSecret }),
    ...createSteering(deps),

    update: (scope, id, { changes, version }) =>
      change({ scope, id, version, action: 'webhook.updated' }, (unit, before) =>
        changed(unit, before, changes),
      ),

    remove: (scope, id, version) =>
      change({ scope, id, version, action: 'webhook.deleted' }, async (unit, before) => {
        await store.remove(unit, id);
        return { ...done(undefined), details: { before: loggedOf(before) } };
      }),
  };
}

function createRegistering(
  deps: WebhooksDeps,
  makeSecret: (id: string) => MadeSecret,
): Pick<Webhooks, 'create'> {
  const { units, store, feed, poster, audit, clock } = deps;

  async function register(
    unit: Unit,
    judged: ReturnType<typeof judgeWebhook>,
    tenantId: TenantId | undefined,
  ) {
    const id = deps.ids.uuid();
    const { secret, secretSealed } = makeSecret(id);
    const now = clock.now();
    const webhook: KeptWebhook = {
      ...{ id, ...judged, state: 'active', secretSealed },
      ...(tenantId !== undefined && { tenantId }),
      ...{ position: await feed.end(unit, tenantId ?? SERVER_CHAIN), failures: 0 },
      ...{ dueAt: now, createdAt: now, updatedAt: now },
    };
    await store.insert(unit, webhook);
    return { webhook, secret };
  }

  return {
    create(scope, draft) {
      const judged = judgeWebhook(draft, poster.fault);
      return units.run(scope, async (unit) => {
        const isFull = (await store.count(unit)) >= MOST;
        const made = isFull ? undefined : await register(unit, judged, tenantOf(scope));
        await audit.record(unit, {
          action: 'webhook.created',
          outcome: made ? 'success' : 'too-many',
          ...(made && { resource: { type: 'webhook', id: made.webhook.id } }),
          details: { after: loggedOf({ ...judged, state: 'active' }) },
        });
        return made ? done(made) : refused('too-many');
      });
    },
  };
}

function createLooking({
  units,
  store,
  feed,
}: WebhooksDeps): Pick<Webhooks, 'list' | 'find' | 'standing'> {
  const seen = (scope: AdminScope, id: string) =>
    isUuid(id) ? units.once(scope, (unit) => store.find(unit, id)) : Promise.resolve(undefined);

  return {
    async list(scope, { limit, ...page }) {
      const found = await units.once(scope, (unit) =>
        store.list(unit, { ...page, limit: limit + 1 }),
      );
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const next = found.length > limit && last && { createdAt: last.createdAt, id: last.id };
      return { items, ...(next && { next }) };
    },

    find: seen,

    async standing(scope, id) {
      const webhook = await seen(scope, id);
      if (!webhook) return undefined;
      const chain = webhook.tenantId ?? SERVER_CHAIN;
      const after = await units.once(scope, (unit) =>
        feed.after(unit, chain, webhook.position, COUNTED),
      );
      const counted = after.filter(({ entry }) => wants(webhook, entry)).length;
      return { ...webhook, backlog: { counted, isAll: after.length < COUNTED } };
    },
  };
}

/** An address that was set right, or somebody's word that it is, begins anew. */
function stateAfter(
  before: Webhook['state'],
  { fresh, paused }: { readonly fresh: boolean; readonly paused: boolean | undefined },
): Webhook['state'] {
  if (paused === true || (before === 'paused' && paused === undefined)) return 'paused';
  return fresh ? 'active' : before;
}

type Logged = Pick<Webhook, 'url' | 'description' | 'events' | 'state'>;

function loggedOf({ url, description, events, state }: Logged) {
  return { url: loggedUrl(url), description, events, state };
}

/** What changed, before and after (R9.4). */
function changesOf(before: Logged, after: Logged) {
  const [old, now] = [loggedOf(before), loggedOf(after)];
  const names = ['url', 'description', 'events', 'state'] as const;
  const changed = names.filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const only = (logged: ReturnType<typeof loggedOf>) =>
    Object.fromEntries(changed.map((name) => [name, logged[name]]));
  return { before: only(old), after: only(now) };
}
