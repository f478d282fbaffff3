/** Fields of one log line: a flat record; the adapter redacts what is secret by name. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** One-way: what is stored where a secret must be found again but never read (R7.6). */
export interface Digest {
  /** HMAC-SHA-256 under the pepper, of `value` framed by `purpose`, as 43 characters of base64url. */
  of(purpose: string, value: string): string;
}

/** Two-way: AES-256-GCM under a key from configuration, whose id travels with the text. */
export interface Sealer {
  /** Seals `plain`; only `open` with the same `context` (bound as associated data) reads it again. */
  seal(plain: string, context: string): string;
  /** Throws when the text was altered, belongs to another context, or its key is unknown. */
  open(sealed: string, context: string): string;
}
