import { type CommonPasswords, isCommon } from './common.ts';
import type { PasswordHasher } from './hasher.ts';
import type { PasswordFault, PasswordOwner } from './passwords.ts';
import { faultsOf, normalisePassword, type RuleSet } from './rules.js';
import type { PastHash } from './store.ts';

export interface JudgeDeps {
  readonly hasher: PasswordHasher;
  readonly common: CommonPasswords;
}

/** What a new password is held against. */
export interface Measure {
  readonly rules: RuleSet;
  readonly person: Pick<PasswordOwner, 'email' | 'name'>;
  readonly past: readonly PastHash[];
}

/**
 * Everything that speaks against a new password (R6.1–R6.3). Whether it is one of the last five costs five
 * hashes, one after another under the turnstile, and is asked only of a password that is fit otherwise.
 */
export async function judge(
  password: string,
  { rules, person, past }: Measure,
  { hasher, common }: JudgeDeps,
): Promise<readonly PasswordFault[]> {
  const faults: PasswordFault[] = faultsOf(password, rules, person);
  const normal = normalisePassword(password);
  if (normal !== undefined && isCommon(normal, common)) faults.push('common');
  if (faults.length > 0) return faults;
  return (await isOneOf(past, password, hasher)) ? ['reused'] : [];
}

async function isOneOf(
  past: readonly PastHash[],
  password: string,
  hasher: PasswordHasher,
): Promise<boolean> {
  for (const { hash, imported } of past) {
    if (await isRight({ hash, imported }, password, hasher)) return true;
  }
  return false;
}

/**
 * Whether a password is the hash's. Another system hashed what was typed, so that is tried as well as the
 * normal form.
 */
export async function isRight(
  { hash, imported }: PastHash,
  password: string,
  hasher: PasswordHasher,
): Promise<boolean> {
  const normal = normalisePassword(password);
  if (!imported || normal === undefined) {
    const right = await hasher.verify(hash, normal ?? NOBODYS);
    return right && normal !== undefined;
  }
  if (await hasher.verifyImported(hash, password)) return true;
  return normal !== password && (await hasher.verifyImported(hash, normal));
}

/** What nobody's password is: `normalisePassword` never answers with it. */
export const NOBODYS = '';
