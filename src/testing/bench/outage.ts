import { setTimeout as pause } from 'node:timers/promises';
import { type Bystanders, createBystanders, type Person } from './bystanders.ts';
import { createHttpClient } from './http-client.ts';
import type { Target } from './scenarios.ts';
import type { Fault } from './troubled-redis.ts';
import { findUndone } from './undone.ts';
import { type Watched, watchedClient } from './watched-client.ts';

/** What one fault did to the people at a server. */
export interface Outage {
  readonly seen: Readonly<Watched>;
  /** Milliseconds from the fault's end to the end of the first full sign-in. */
  readonly signedInAfter: number;
  /** Milliseconds from the fault's end to the last answer that there is none now; none or less: there was none. */
  readonly refusedFor: number;
  readonly checked: {
    readonly signOuts: number;
    readonly codes: number;
    readonly revocations: number;
    readonly families: number;
  };
  /** What was acknowledged, and does not hold. */
  readonly undone: readonly string[];
}

const CONNECTIONS = 64;
const LAST_ACTS = 4;
const BEFORE_MS = 3000;
const AFTER_MS = 4000;
const BETWEEN_TRIES_MS = 20;
/** Long past what is allowed, so that a line says how much. */
const GIVE_UP_MS = 30_000;

/** Lets a crowd be at the server while the fault comes and goes, then looks what is left of what it did. */
export async function suffer(
  target: Target,
  people: readonly Person[],
  fault: Fault,
): Promise<Outage> {
  using client = watchedClient(createHttpClient(CONNECTIONS));
  const crowd = await createBystanders(target, people, client);
  crowd.stay();
  await pause(BEFORE_MS);
  const last = await crowd.prepareLastActs(LAST_ACTS);
  await fault.part?.();
  await last.act();

  await fault.inflict();
  const end = performance.now();
  const signedInAfter = await firstSignIn(crowd, end);
  await pause(AFTER_MS);
  const refusedFor = client.seen.refusedAt - end;
  await fault.mend?.();
  await pause(AFTER_MS);
  await crowd.leave();

  const { signedOut, redeemed, revoked, families } = crowd.ledger;
  const seen = structuredClone(client.seen);
  using auditor = createHttpClient(CONNECTIONS);
  return {
    seen,
    signedInAfter,
    refusedFor,
    checked: {
      signOuts: signedOut.length,
      codes: redeemed.length,
      revocations: revoked.length,
      families: families.length,
    },
    undone: await findUndone({ target, client: auditor }, crowd.ledger),
  };
}

async function firstSignIn(crowd: Bystanders, from: number): Promise<number> {
  for (;;) {
    const isIn = await crowd.signIn().then(
      () => true,
      () => false,
    );
    const took = performance.now() - from;
    if (isIn || took > GIVE_UP_MS) return took;
    await pause(BETWEEN_TRIES_MS);
  }
}
