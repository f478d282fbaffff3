import { expect, it, vi } from 'vitest';
import { createEventLoopMeter } from './event-loop.ts';

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

it('tells how late a busy event loop comes round', async () => {
  using meter = createEventLoopMeter();
  expect([meter.mean(), meter.p99()]).toEqual([0, 0]);
  const patience = { timeout: 10_000, interval: 1 };
  await vi.waitFor(() => {
    block(60);
    expect(meter.mean()).toBeGreaterThan(30);
  }, patience);
  expect(meter.p99()).toBeGreaterThanOrEqual(meter.mean());
});
