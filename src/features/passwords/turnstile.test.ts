import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { createTurnstile } from './turnstile.ts';

/** Work that ends when the test says so. */
function pieces() {
  const running: PromiseWithResolvers<string>[] = [];
  const work = () => {
    const piece = Promise.withResolvers<string>();
    running.push(piece);
    return piece.promise;
  };
  return { running, work };
}

const soon = () => new Promise(setImmediate);

describe('the turnstile', () => {
  it('runs no more at once than it may, and all in the end', async () => {
    const { running, work } = pieces();
    const pass = createTurnstile({ atOnce: 2, waiting: 10 });

    const all = Array.from({ length: 5 }, () => pass(work));
    await soon();
    expect(running).toHaveLength(2);
    running[0]?.resolve('a');
    await soon();
    expect(running).toHaveLength(3);
    for (let at = 1; at < 5; at += 1) {
      running[at]?.resolve('b');
      await soon();
    }
    expect(await Promise.all(all)).toStrictEqual(['a', 'b', 'b', 'b', 'b']);
  });

  it('refuses at once whoever comes beyond the queue, with a time to come again', async () => {
    const { running, work } = pieces();
    const pass = createTurnstile({ atOnce: 1, waiting: 1 });

    const inside = [pass(work), pass(work)];
    const outside = await pass(work).catch((error: unknown) => error);
    expect(outside).toBeInstanceOf(Unavailable);
    expect(outside).toMatchObject({ retryAfter: 2 });
    running[0]?.resolve('');
    await soon();
    running[1]?.resolve('');
    await Promise.all(inside);
    expect(running).toHaveLength(2);
  });

  it('gives the place of failed work to the next', async () => {
    const { running, work } = pieces();
    const pass = createTurnstile({ atOnce: 1, waiting: 1 });

    const failing = pass(work);
    const next = pass(work);
    await soon();
    running[0]?.reject(new Error('died'));
    await expect(failing).rejects.toThrow('died');
    await soon();
    running[1]?.resolve('done');
    expect(await next).toBe('done');
  });
});
