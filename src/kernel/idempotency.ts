import type { AdminScope } from './scope.ts';

/** A request that bears an Idempotency-Key. */
export interface KeyedRequest {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** All else that says what is asked. */
  readonly content: string;
}

/** An answer, as it is given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Who comes first with a key, and what became of its request for everybody after. */
export type Claim =
  /** Nobody came before: the request is carried out, and ends with exactly one of these. */
  | { readonly kind: 'first'; keep(answer: KeptAnswer): Promise<void>; free(): Promise<void> }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** The key was used for another request. */
  | { readonly kind: 'other-request' }
  | { readonly kind: 'under-way' }
  /** It went under way so long ago that it can't be any more: nobody knows whether it was carried out. */
  | { readonly kind: 'lost' };

/** Keys of requests that are carried out at most once. A key is its caller's, and of one method and path. */
export interface IdempotencyKeys {
  /** Of any number at once with the same key, exactly one is the first. */
  claim(scope: AdminScope, request: KeyedRequest): Promise<Claim>;
}
