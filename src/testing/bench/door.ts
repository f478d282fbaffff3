/** Where somebody asks for what is nobody's, and in several ways for what is. */
export interface Door {
  readonly name: string;
  /** What else is asked for than what is nobody's. */
  readonly kinds: readonly string[];
  /** The milliseconds of the answer to the so-manieth question. */
  sample(kind: string, count: number): Promise<number>;
}

export const NOBODY = 'nobody’s';

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
