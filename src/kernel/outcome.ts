/** The ending of a use case that has more than one: a value, or a reason from a closed union. */
export type Outcome<Value, Reason extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason };

export function done<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refused<Reason extends string>(
  reason: Reason,
): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason };
}

/** Ends a switch over a closed union: a member left out does not compile. */
export function unreachable(value: never): never {
  throw new TypeError(`A case was left out: ${String(value)}`);
}
