import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createTenantStore } from '#src/features/tenancy/index.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { aBench, type Bench, SYSTEM } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import type { Mail, Mailer, MailViews, Receipt } from '#src/kernel/mail.ts';
import { createTestClock, type TestClock } from '#src/testing/clock.ts';
import { anOwnDatabase } from '#src/testing/database.ts';
import type { OutboxDesk } from './desk.ts';
import type { MailDraft, Outbox } from './outbox.ts';
import { createOutbox, type OutboxDeps } from './service.ts';
import { createOutboxStore } from './store.pg.ts';
import type { OutboxStore } from './store.ts';

export const ISSUER = 'https://id.example.test';
export const SEALING_KEY = Buffer.alloc(32, 1);

/** Views that say what they were told. */
const views: MailViews = {
  render: (topic, model) => ({
    text: `${topic} ${JSON.stringify(model)}`,
    html: `<p>${topic}</p>`,
  }),
};

export interface TestMailer extends Mailer {
  readonly sent: readonly Mail[];
  /** What it says to the next mails: these in turn, and the last one from then on. */
  says(...receipts: Receipt[]): void;
  /** Forgets what it sent, and takes everything again. */
  reset(): void;
}

export function aMailer(): TestMailer {
  const sent: Mail[] = [];
  let answers: Receipt[] = [{ ok: true }];
  return {
    sent,
    says(...receipts) {
      answers = receipts;
    },
    reset() {
      sent.length = 0;
      answers = [{ ok: true }];
    },
    async send(mail) {
      sent.push(mail);
      const [next = { ok: true }, ...rest] = answers;
      if (rest.length > 0) answers = rest;
      return next;
    },
  };
}

/** A row as it lies in the table. */
interface Row {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly content_sealed: string;
  readonly state: string;
  readonly attempts: number;
  readonly due_at: Date;
  readonly last_error: string | null;
  readonly settled_at: Date | null;
}

/** The outbox on a database of its own, where nobody else's mails lie. */
export interface OutboxBench extends AsyncDisposable {
  readonly url: string;
  readonly bench: Bench;
  readonly clock: TestClock;
  readonly mailer: TestMailer;
  readonly outbox: Outbox & OutboxDesk;
  readonly store: OutboxStore;
  /** Another process's outbox on the same rows, different in these parts. */
  another(over?: Partial<OutboxDeps>): Outbox;
  /** Writes a mail in a unit of the server's own. */
  put(draft?: Partial<MailDraft>): Promise<boolean>;
  rows(): Promise<readonly Row[]>;
  /** The audit entries about a mail. */
  entriesOf(id: string): Promise<readonly Record<string, unknown>[]>;
  /** Empties the outbox and the mailer. */
  reset(): Promise<void>;
}

export async function anOutboxBench(): Promise<OutboxBench> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await anOwnDatabase());
  const bench = opening.use(await aBench({ url: database.url }));
  const { units } = bench;
  const clock = createTestClock();
  const ids = createIds(clock);
  const mailer = aMailer();
  const store = createOutboxStore();
  const audit = createAudit({ units, store: createAuditStore(), clock, ids });
  await audit.prepare(3);
  const deps: OutboxDeps = {
    units,
    store,
    audit,
    mailer,
    views,
    sealer: createSealer([{ id: 'k1', key: SEALING_KEY }]),
    digest: createDigest(Buffer.alloc(32, 2)),
    ids,
    clock,
    tenants: createTenantStore(),
    issuer: ISSUER,
    product: 'Avian',
    from: 'no-reply@example.test',
  };
  const outbox = createOutbox(deps);
  const ask = <Found extends object>(query: string, values: unknown[] = []) =>
    units.run(SYSTEM, async (unit) => (await client(unit).query<Found>(query, values)).rows);

  const opened = opening.move();
  return {
    url: database.url,
    bench,
    clock,
    mailer,
    outbox,
    store,
    another: (over) => createOutbox({ ...deps, ...over }),
    put: (draft) => units.run(SYSTEM, (unit) => outbox.mail(unit, aDraft(draft))),
    rows: () => ask<Row>('select * from outbox order by created_at, id'),
    entriesOf: (id) =>
      ask<Record<string, unknown>>(
        `select action, outcome, tenant_id, details from audit_entries
         where resource_id = $1 or details->'mails' ? $1 order by id`,
        [id],
      ),
    async reset() {
      mailer.reset();
      await ask('delete from outbox');
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export function aDraft(over: Partial<MailDraft> = {}): MailDraft {
  return {
    to: 'ada@x.test',
    topic: 'verification/confirm',
    subject: 'Confirm your email',
    model: { link: `${ISSUER}/verify?token=abc`, name: 'Ada' },
    ...over,
  };
}
