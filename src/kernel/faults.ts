/**
 * Faults: the caller broke a rule, or the world broke. Thrown at edges and gates, caught only by
 * the error boundary (`http/faults.ts`), which answers with a page or with RFC 9457.
 *
 * `detail` is for people and may be shown; what must stay inside travels as `cause`.
 */
export abstract class Fault extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  readonly detail: string;

  constructor(detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = new.target.name;
    this.detail = detail;
  }
}

/** 400: a value is missing, malformed or too long. `fields` names each, with what to do. */
export class InvalidInput extends Fault {
  readonly code = 'invalid-input';
  readonly status = 400;
  readonly fields: Readonly<Record<string, string>>;

  constructor(detail: string, fields: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.fields = fields;
  }
}

/** Throws `InvalidInput` with every fault that is there, by field; with none there, it does nothing. */
export function refuseFaults(
  detail: string,
  faults: Readonly<Record<string, string | undefined>>,
): void {
  const there = Object.entries(faults).filter((fault): fault is [string, string] => !!fault[1]);
  if (there.length > 0) throw new InvalidInput(detail, Object.fromEntries(there));
}

/** 401: nobody is signed in, or the token does not stand up. */
export class Unauthenticated extends Fault {
  readonly code = 'unauthenticated';
  readonly status = 401;
}

/** 403: known, but not allowed. */
export class Forbidden extends Fault {
  readonly code = 'forbidden';
  readonly status = 403;
}

/** 404: there is no such thing, or none this caller may know of (R16.2). */
export class NotFound extends Fault {
  readonly code = 'not-found';
  readonly status = 404;
}

/** 409: it exists already, or it changed meanwhile. */
export class Conflict extends Fault {
  readonly code = 'conflict';
  readonly status = 409;
}

/** 412: it is no longer as the caller saw it (RFC 9110 §13.1.1). */
export class PreconditionFailed extends Fault {
  readonly code = 'changed-meanwhile';
  readonly status = 412;
}

/** 413: the body is larger than this route reads. */
export class TooLarge extends Fault {
  readonly code = 'too-large';
  readonly status = 413;
}

/** 415: the body is of a media type, or in an encoding, that isn't read here. */
export class UnsupportedMedia extends Fault {
  readonly code = 'unsupported-media';
  readonly status = 415;
}

/** 421: the request names a host that is not the issuer's (D19, RFC 9110 §15.5.20). */
export class Misdirected extends Fault {
  readonly code = 'misdirected';
  readonly status = 421;
}

/** 403: the database refused a row of another tenant (SQLSTATE 42501). */
export class TenantBoundary extends Fault {
  readonly code = 'tenant-boundary';
  readonly status = 403;
}

/** 429: more of these than may pass for now (R8.3). `retryAfter` is in seconds; after as many, the next passes. */
export class TooMany extends Fault {
  readonly code = 'too-many';
  readonly status = 429;
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(`Wait ${inWords(retryAfter)}, then try again.`);
    this.retryAfter = retryAfter;
  }
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** 503: a part we need is away or too busy. `retryAfter` is in seconds. */
export class Unavailable extends Fault {
  readonly code = 'unavailable';
  readonly status = 503;
  readonly retryAfter: number;

  constructor(detail: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(detail, options);
    this.retryAfter = options.retryAfter ?? 2;
  }
}
