import type { Engine } from './engine.ts';
import type { NoteBook } from './notes.ts';

/**
 * A refresh token is spent when the access token that comes with its successor is kept, and not before.
 *
 * The engine does it the other way round. While the store takes nothing, every try would then spend a
 * token and be answered 503; ten seconds later the next would count as reuse, and end the family (D9).
 */
export function spendRefreshTokensLast(engine: Engine, notes: NoteBook): void {
  const prototype = engine.AccessToken.prototype as unknown as Saved;
  const { save } = prototype;
  prototype.save = async function (this: Saved, ttl) {
    const value = await save.call(this, ttl);
    await notes.current()?.rotation?.();
    return value;
  };
}

interface Saved {
  save(ttl?: number): Promise<string>;
}
