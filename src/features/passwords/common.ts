import { folded } from './rules.js';

/** Passwords that many people have, and that guessing therefore starts with. */
export interface CommonPasswords {
  /** Whether it is one of them, written as they are: folded. */
  has(password: string): boolean;
}

/** What people put around a word to please a rule. */
const TRIMMINGS = /^[\p{N}\p{P}\p{S}\s]+|[\p{N}\p{P}\p{S}\s]+$/gu;

/**
 * Whether a password is common, whatever its case: as a whole, or by what stays of it when digits and symbols
 * at both ends are taken off, as long as that is half of it or more (`!Password2024!` is `password`).
 */
export function isCommon(password: string, common: CommonPasswords): boolean {
  const whole = folded(password);
  if (common.has(whole)) return true;
  const core = whole.replace(TRIMMINGS, '');
  return core !== '' && core.length * 2 >= whole.length && common.has(core);
}
