import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

describe('a pace', () => {
  it('hands on what the work answers, and no sooner than a pace after it began', async () => {
    const begun = performance.now();
    expect(await createPace(20).even(async () => 'done')).toBe('done');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(20);
  });

  it('hands on what the work throws, and no sooner', async () => {
    const begun = performance.now();
    const broken = createPace(20).even(() => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(20);
  });

  it('waits for the next where the work took longer than one', async () => {
    let worked = 0;
    const pace = createPace(5);
    const begun = performance.now();
    await pace.even(async () => {
      while (performance.now() - begun < 7) await Promise.resolve();
      worked = performance.now() - begun;
    });
    const taken = performance.now() - begun;
    expect(taken).toBeGreaterThanOrEqual(Math.ceil(worked / 5) * 5);
  });
});
