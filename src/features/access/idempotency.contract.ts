import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { HOUR, later } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import type { ClaimedKey, IdempotencyStore } from './idempotency.ts';

/** A store, and how a unit of it is opened. */
export interface Opened {
  readonly store: IdempotencyStore;
  readonly tenantId: TenantId;
  run<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}

const NOON = new Date('2030-01-01T12:00:00.000Z');
const REQUEST = 'what was asked';

/** What every store of idempotency keys holds to. */
export function idempotencyContract(open: () => Opened): void {
  const aKey = (createdAt = NOON): ClaimedKey => ({
    ...{ tenantId: open().tenantId, callerDigest: randomUUID(), keyDigest: randomUUID() },
    createdAt,
  });
  const claim = (key: ClaimedKey, requestDigest = REQUEST) =>
    open().run((unit) =>
      open().store.claim(unit, { ...key, requestDigest, expiresAt: later(key.createdAt, HOUR) }),
    );
  const keep = (key: ClaimedKey, answer: string) =>
    open().run((unit) => open().store.keep(unit, key, answer));
  const free = (key: ClaimedKey) => open().run((unit) => open().store.free(unit, key));
  const at = (key: ClaimedKey, createdAt: Date): ClaimedKey => ({ ...key, createdAt });

  it('gives a key to exactly one of however many at once', async () => {
    const key = aKey();
    const holders = await Promise.all(Array.from({ length: 8 }, () => claim(key)));
    expect(holders.filter((holder) => holder === undefined)).toHaveLength(1);
  });

  it('tells who holds a key, and what was answered once it was', async () => {
    const key = aKey();
    await claim(key);
    const second = at(key, later(NOON, 1));
    expect(await claim(second)).toMatchObject({ requestDigest: REQUEST, createdAt: NOON });
    await keep(key, 'sealed');
    const holder = await claim(second, 'other');
    expect(holder).toMatchObject({ requestDigest: REQUEST, answerSealed: 'sealed' });
  });

  it('knows keys apart by caller', async () => {
    const key = aKey();
    await claim(key);
    expect(await claim({ ...key, callerDigest: randomUUID() })).toBeUndefined();
  });

  it('gives a key anew when it was freed, and when its time is over', async () => {
    const key = aKey();
    await claim(key);
    await free(key);
    expect(await claim(key)).toBeUndefined();
    await keep(key, 'sealed');
    expect(await claim(at(key, later(NOON, HOUR - 1)))).toBeDefined();
    const anew = at(key, later(NOON, HOUR));
    expect(await claim(anew, 'other')).toBeUndefined();
    const holder = await claim(at(key, later(NOON, HOUR + 1)));
    expect(holder).toMatchObject({ requestDigest: 'other', createdAt: anew.createdAt });
    expect(holder).not.toHaveProperty('answerSealed');
  });

  it('lets a claim that is over, or answered, change nothing', async () => {
    const key = aKey();
    await claim(key);
    const anew = at(key, later(NOON, HOUR));
    await claim(anew);
    await keep(key, 'late');
    await free(key);
    const holder = await claim(at(key, later(NOON, HOUR + 1)));
    expect(holder).toMatchObject({ createdAt: anew.createdAt });
    expect(holder).not.toHaveProperty('answerSealed');
    await keep(anew, 'sealed');
    await free(anew);
    await keep(anew, 'again');
    expect(await claim(at(key, later(NOON, HOUR + 1)))).toMatchObject({ answerSealed: 'sealed' });
  });

  it('sweeps what is over, so much at a time, and nothing else', async () => {
    const early = later(NOON, -24 * HOUR);
    const [over, alive] = [aKey(early), aKey()];
    await claim(over);
    await claim(alive);
    const sweep = (limit: number) =>
      open().run((unit) => open().store.sweep(unit, later(early, HOUR), limit));
    await sweep(0);
    expect(await claim(at(over, later(early, HOUR - 1)))).toBeDefined();
    await sweep(100);
    expect(await claim(at(over, later(early, HOUR - 1)))).toBeUndefined();
    expect(await claim(at(alive, later(NOON, 1)))).toBeDefined();
  });
}
