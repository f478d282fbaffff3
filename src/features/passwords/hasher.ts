/** Turns passwords into PHC strings and back into a yes or no. */
export interface PasswordHasher {
  /** An argon2id PHC string. Throws `Unavailable` when too many wait already. */
  hash(password: string): Promise<string>;
  /** Whether the argon2id string is this password's, whatever parameters it was made with. Throws `Unavailable` likewise. */
  verify(phc: string, password: string): Promise<boolean>;
  /** The same for a hash that another system made, in any scheme that may be imported. */
  verifyImported(hash: string, password: string): Promise<boolean>;
  /** Takes as long as `verify` of a right hash would, and is never right (R3.3). */
  verifyNothing(password: string): Promise<false>;
  /** Whether the string was made with less than today's parameters. */
  isOutdated(phc: string): boolean;
}
