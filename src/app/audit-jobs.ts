import { DAY, HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { MONTHS_AHEAD } from './core.ts';
import type { Job } from './jobs.ts';
import type { Rooms } from './rooms.ts';

/** Entries of one round: few enough for a statement's time. */
const ROUND = 5000;
/** Rounds of one run, so that a backlog does not wait a second after each. */
const ROUNDS = 20;

export interface AuditJobsDeps {
  readonly rooms: Pick<Rooms, 'audit' | 'chains' | 'outbox'>;
  readonly logger: Logger;
  /** Who is mailed the signed heads. */
  readonly headsTo?: string;
}

/** What comes round for the audit log: its chains, their heads, its partitions, and what is too old. */
export function createAuditJobs({ rooms, logger, headsTo }: AuditJobsDeps): readonly Job[] {
  const { audit, chains, outbox } = rooms;
  const mail: Job = {
    name: 'audit-heads-mail',
    every: HOUR,
    run: () =>
      chains.sendOut((unit, heads) =>
        outbox.mail(unit, {
          to: headsTo ?? '',
          topic: 'audit/heads',
          subject: 'Heads of the audit log',
          model: { heads: heads.join('\n') },
          atMostPerHour: 1,
        }),
      ),
  };
  return [
    {
      name: 'audit-chain',
      every: SECOND,
      async run() {
        for (let round = 0; round < ROUNDS; round += 1) {
          if ((await chains.link(ROUND)) === 0) return;
        }
      },
    },
    { name: 'audit-heads', every: MINUTE / 2, run: async () => void (await chains.sign(logger)) },
    ...(headsTo === undefined ? [] : [mail]),
    { name: 'audit-partitions', every: DAY, run: () => audit.prepare(MONTHS_AHEAD) },
    { name: 'audit-retention', every: HOUR, run: () => retire(chains, logger) },
  ];
}

/** A refusal is for somebody to look into, and no reason to serve nobody. */
async function retire(chains: Rooms['chains'], logger: Logger): Promise<void> {
  const { reason, value } = { reason: undefined, value: undefined, ...(await chains.retire()) };
  if (reason) logger.error({ reason }, 'audit entries are not retired: a clock is wrong');
  else if (value) logger.info({ ...value }, 'a month of the audit log was retired');
}
