/** A call of ours to somebody else's server. */
export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How it went. `reason` is for those who manage, and says nothing of what stands behind an address that is not public. */
export type Answered =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly reason: string };

/** Calls servers that people have named to us: to whatever address, it reaches none that is not public. */
export interface Poster {
  /** What is wrong with an address that is to be called, for people. */
  fault(url: string): string | undefined;
  /** Sends it, once, and tells what was answered; that nothing was is an answer and no exception. */
  post(call: Call): Promise<Answered>;
}
