import { serverSecrets } from '#src/infra/postgres/schema/oidc.ts';
import { rows } from '#src/infra/postgres/units.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Sealer } from '#src/kernel/ports.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';

/** What the server made for itself and must never lose: 32 random bytes each. */
export interface ServerSecrets {
  /** The pepper of every digest. */
  readonly digestKey: Buffer;
  readonly dpopNonceKey: Buffer;
  readonly csrfKey: Buffer;
  /** What the audit log's entries and chains are sealed with, and its heads signed (ADR 0048). */
  readonly auditSealKey: Buffer;
  readonly auditSignKey: Buffer;
}

export interface ServerSecretsDeps {
  readonly units: Units;
  readonly sealer: Sealer;
  readonly ids: Ids;
  readonly clock: Clock;
}

const NAMES = [
  'digest-key',
  'dpop-nonce-key',
  'csrf-key',
  'audit-seal-key',
  'audit-sign-key',
] as const;
const SCOPE: Scope = { kind: 'system', job: 'server-secrets' };

/**
 * The server's own secrets, sealed in Postgres and made at first use. Of processes that start at once
 * all get the same: a secret is written only where none is, and what is there is read again.
 */
export async function openServerSecrets(deps: ServerSecretsDeps): Promise<ServerSecrets> {
  const sealed = await deps.units.run(SCOPE, (unit) => readOrMake(unit, deps));
  const secretOf = (name: (typeof NAMES)[number]) => unsealed(name, sealed.get(name), deps.sealer);
  return {
    digestKey: secretOf('digest-key'),
    dpopNonceKey: secretOf('dpop-nonce-key'),
    csrfKey: secretOf('csrf-key'),
    auditSealKey: secretOf('audit-seal-key'),
    auditSignKey: secretOf('audit-sign-key'),
  };
}

async function readOrMake(unit: Unit, deps: ServerSecretsDeps) {
  const held = await read(unit);
  const missing = NAMES.filter((name) => !held.has(name));
  if (missing.length === 0) return held;
  const made = missing.map((name) => ({
    name,
    sealed: deps.sealer.seal(deps.ids.secret(), contextOf(name)),
    createdAt: deps.clock.now(),
  }));
  await rows(unit).insert(serverSecrets).values(made).onConflictDoNothing();
  return read(unit);
}

async function read(unit: Unit): Promise<ReadonlyMap<string, string>> {
  const held = await rows(unit).select().from(serverSecrets);
  return new Map(held.map(({ name, sealed }) => [name, sealed]));
}

function unsealed(name: string, sealed: string | undefined, sealer: Sealer): Buffer {
  try {
    return Buffer.from(sealer.open(sealed ?? '', contextOf(name)), 'base64url');
  } catch (cause) {
    throw new Error(
      'What this database holds was sealed with a key that AVIAN_SECRET_KEYS does not have, or has otherwise',
      { cause },
    );
  }
}

function contextOf(name: string): string {
  return `server-secret:${name}`;
}
