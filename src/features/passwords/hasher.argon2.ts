import { availableParallelism } from 'node:os';
import type { PasswordHasher } from './hasher.ts';
import { createHashingProcess, type HashingCost } from './hashing-process.ts';
import { readImported } from './imported.ts';
import { readPhc } from './phc.ts';
import { createTurnstile } from './turnstile.ts';

export type { HashingCost } from './hashing-process.ts';

/** The least that OWASP allows and the product accepts (R3.2). */
const OWASP_FLOOR: HashingCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** The least that argon2 can do: for tests, whose passwords protect nothing. */
export const LOWEST_COST: HashingCost = { memoryKiB: 8, passes: 1, lanes: 1 };

export interface HasherSettings {
  readonly cost?: HashingCost;
  /** How many hashes run at once: as many as there are cores unless told. */
  readonly atOnce?: number;
  /** How many more may wait: about a second's work unless told. */
  readonly waiting?: number;
  /** Starts the hashing process now and not with the first password. */
  readonly eager?: boolean;
  /** Lets a cost below the floor pass. */
  readonly forTests?: boolean;
}

export type Argon2Hasher = PasswordHasher & AsyncDisposable;

/** Hashes a core does in a second, about (ADR 0022). */
const PER_CORE_AND_SECOND = 40;

/** argon2 1.3. */
const VERSION = 19;

/** argon2id in a process of its own; throws when the cost is below the floor. Dispose of it to stop the process. */
export function createArgon2Hasher(settings: HasherSettings = {}): Argon2Hasher {
  const cost = settings.cost ?? OWASP_FLOOR;
  if (!settings.forTests && isBelow(cost, OWASP_FLOOR)) {
    throw new RangeError(
      `Password hashing below memory ${OWASP_FLOOR.memoryKiB} KiB, ${OWASP_FLOOR.passes} passes is not safe`,
    );
  }
  const atOnce = settings.atOnce ?? availableParallelism();
  const pass = createTurnstile({
    atOnce,
    waiting: settings.waiting ?? atOnce * PER_CORE_AND_SECOND,
  });
  const hashing = createHashingProcess({ threads: atOnce });
  if (settings.eager) hashing.start();

  const verify = async (phc: string, password: string) =>
    (await pass(() => hashing.ask({ kind: 'verify', phc, password }))) === true;

  const verifyNothing = async (password: string): Promise<false> => {
    await verify(decoy(cost), password);
    return false;
  };

  return {
    hash: async (password) =>
      String(await pass(() => hashing.ask({ kind: 'hash', password, cost }))),
    // What cannot be read is nobody's password, and takes as long to say so.
    verify: (phc, password) => (isArgon2id(phc) ? verify(phc, password) : verifyNothing(password)),
    verifyImported: async (hash, password) =>
      readImported(hash)
        ? (await pass(() => hashing.ask({ kind: 'verify-imported', hash, password }))) === true
        : verifyNothing(password),
    verifyNothing,
    isOutdated: (phc) => isOutdated(phc, cost),
    [Symbol.asyncDispose]: () => hashing[Symbol.asyncDispose](),
  };
}

function isBelow(cost: HashingCost, floor: HashingCost): boolean {
  return cost.memoryKiB < floor.memoryKiB || cost.passes < floor.passes || cost.lanes < floor.lanes;
}

function isArgon2id(text: string): boolean {
  return readPhc(text)?.algorithm === 'argon2id';
}

function isOutdated(text: string, cost: HashingCost): boolean {
  const phc = readPhc(text);
  if (phc?.algorithm !== 'argon2id' || phc.version !== VERSION) return true;
  const { parameters } = phc;
  return isBelow(
    {
      memoryKiB: parameters.get('m') ?? 0,
      passes: parameters.get('t') ?? 0,
      lanes: parameters.get('p') ?? 0,
    },
    cost,
  );
}

/** A well-formed hash of today's cost that is no password's: sixteen bytes of salt, thirty-two of zeros. */
function decoy({ memoryKiB, passes, lanes }: HashingCost): string {
  const parameters = `m=${memoryKiB},t=${passes},p=${lanes}`;
  return `$argon2id$v=${VERSION}$${parameters}$${'A'.repeat(22)}$${'A'.repeat(43)}`;
}
