import type { Tenant } from '#src/features/tenancy/index.ts';
import { DAY, HOUR, later } from '#src/kernel/clock.ts';
import type { Ids, TenantId } from '#src/kernel/ids.ts';
import type { MailViews } from '#src/kernel/mail.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { tenantOf } from '#src/kernel/scope.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { type Letter, sealContent } from './content.ts';
import { KEPT } from './delivery.ts';
import { createOutboxDesk, type OutboxDesk } from './desk.ts';
import type { MailDraft, Outbox } from './outbox.ts';
import { createRound, type RoundsDeps } from './rounds.ts';
import { SCOPE } from './scope.ts';
import { plainModel, plainText } from './wording.ts';

export interface OutboxDeps extends RoundsDeps {
  readonly views: MailViews;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly tenants: { find(unit: Unit, id: TenantId): Promise<Pick<Tenant, 'name'> | undefined> };
  /** The bare origin that every link begins with. */
  readonly issuer: string;
  /** Whom mails come from that no tenant sends. */
  readonly product: string;
}

export function createOutbox(deps: OutboxDeps): Outbox & OutboxDesk {
  const { units, store, clock, ids, sealer } = deps;

  return {
    ...createOutboxDesk(deps),

    async mail(unit, draft) {
      const recipientDigest = digestOf(draft.to);
      if (draft.atMostPerHour !== undefined) {
        await store.queueUp(unit, recipientDigest, draft.topic);
        if (!(await isWithin(unit, draft))) return false;
      }
      const id = ids.uuid();
      const tenantId = draft.tenantId ?? tenantOf(unit.scope);
      const tenant = tenantId && (await deps.tenants.find(unit, tenantId));
      const content = contentOf(deps, id, draft, tenant?.name);
      await store.insert(unit, {
        ...{ id, kind: 'mail', topic: draft.topic, recipientDigest, createdAt: clock.now() },
        ...(tenantId && { tenantId }),
        contentSealed: sealContent(sealer, id, content),
        ...(draft.expiresAt && { expiresAt: draft.expiresAt }),
      });
      return true;
    },

    mayMail: isWithin,

    async logout(unit, notice) {
      const id = ids.uuid();
      const tenantId = tenantOf(unit.scope);
      const createdAt = clock.now();
      await store.insert(unit, {
        ...{ id, kind: 'logout', topic: 'logout', createdAt, expiresAt: later(createdAt, DAY) },
        ...(tenantId && { tenantId }),
        recipientDigest: deps.digest.of('outbox application', notice.clientId),
        contentSealed: sealContent(sealer, id, notice),
      });
    },

    deliver: createRound(deps),

    sweep: (limit) =>
      units.run(SCOPE, (unit) => {
        const now = clock.now();
        const deliveredBefore = later(now, -KEPT.delivered);
        return store.sweep(unit, {
          now,
          deliveredBefore,
          deadBefore: later(now, -KEPT.dead),
          limit,
        });
      }),
  };

  async function isWithin(unit: Unit, { to, topic, atMostPerHour }: Limited): Promise<boolean> {
    if (atMostPerHour === undefined) return true;
    const since = later(clock.now(), -HOUR);
    return (await store.countSince(unit, digestOf(to), topic, since)) < atMostPerHour;
  }

  function digestOf(address: string): string {
    return deps.digest.of('outbox recipient', address);
  }
}

type Limited = Pick<MailDraft, 'to' | 'topic' | 'atMostPerHour'>;

/** The mail as it will go out, written now: a retry sends the very same (security case 235). */
function contentOf(
  { views, issuer, product }: Pick<OutboxDeps, 'views' | 'issuer' | 'product'>,
  id: string,
  draft: MailDraft,
  tenantName: string | undefined,
): Letter {
  const { to } = draft;
  if (normaliseEmail(to) !== to) throw new TypeError('A mail goes to an address as it is stored.');
  const { host, hostname } = new URL(issuer);
  const tenant = tenantName && plainText(tenantName);
  const model = { ...plainModel(draft.model, issuer), page: { product, host }, tenant };
  return {
    messageId: `${id}@${hostname}`,
    to,
    sender: tenant || product,
    subject: plainText(draft.subject),
    ...views.render(draft.topic, model),
  };
}
