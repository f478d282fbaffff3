import { createAudit, createAuditStore } from '#src/features/audit/index.ts';
import { createRound } from '#src/features/outbox/rounds.ts';
import { createOutboxStore } from '#src/features/outbox/store.pg.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { createSealer } from '#src/infra/crypto/sealer.ts';
import { createSmtpMailer } from '#src/infra/mail/smtp.ts';
import { createPool } from '#src/infra/postgres/pool.ts';
import { createUnits } from '#src/infra/postgres/units.ts';
import type { Logger } from '#src/kernel/ports.ts';

/** What a courier is told, as JSON in its one argument. */
export interface CourierOrders {
  readonly database: string;
  readonly smtp: string;
  readonly now: string;
  /** Of 32 bytes, in hexadecimal. */
  readonly sealingKey: string;
}

/** The program below: one round of deliveries in a process of its own, for a test to kill. */
export const COURIER = import.meta.filename;

const mute: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function goRound({ database, smtp, now, sealingKey }: CourierOrders): Promise<void> {
  const clock = { now: () => new Date(now) };
  const pool = createPool({ url: database }, mute);
  const units = createUnits(pool);
  await using mailer = createSmtpMailer({ url: smtp, tlsRequired: false });
  const round = createRound({
    units,
    store: createOutboxStore(),
    audit: createAudit({ units, store: createAuditStore(), clock, ids: createIds(clock) }),
    mailer,
    sealer: createSealer([{ id: 'k1', key: Buffer.from(sealingKey, 'hex') }]),
    clock,
    from: 'no-reply@example.test',
  });
  await round();
  await pool.end();
}

if (import.meta.main) await goRound(JSON.parse(process.argv[2] ?? '') as CourierOrders);
