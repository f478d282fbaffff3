import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createListeningLogger, createToolkit, serve } from './bench.ts';
import { createSaturationGate, saturationOf } from './saturation.ts';

const limits = { delay: 250, waiting: 500 };

describe('saturation', () => {
  it('is there beyond a limit, never at it, whatever the figures', () => {
    const figure = fc.nat({ max: 1000 });
    fc.assert(
      fc.property(figure, figure, (delay, waiting) => {
        const expected =
          delay > limits.delay ? 'event-loop' : waiting > limits.waiting ? 'database' : undefined;
        expect(saturationOf({ delay, waiting }, limits)).toBe(expected);
      }),
    );
  });
});

async function aBusyServer() {
  const load = { delay: 0, waiting: 0 };
  const logger = createListeningLogger();
  const { stack } = createToolkit();
  let reached = 0;
  const gate = createSaturationGate({
    delay: () => load.delay,
    waiting: () => load.waiting,
    open: new Set(['/jwks']),
    limits,
    logger,
  });
  const { ask } = await serve(...stack, gate, (ctx) => {
    reached += 1;
    ctx.body = 'here';
  });
  return { load, logger, ask, reached: () => reached };
}

describe('an instance', () => {
  it('serves as long as it can', async () => {
    const { ask, load } = await aBusyServer();
    Object.assign(load, limits);
    expect((await ask('/auth')).status).toBe(200);
  });

  it.each([
    ['its event loop is late', { delay: 251 }],
    ['too many wait for the database', { waiting: 501 }],
  ])('says 503 and when to come again at once while %s', async (_, figures) => {
    const { ask, load, reached } = await aBusyServer();
    Object.assign(load, figures);
    const answer = await ask('/token', { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(reached()).toBe(0);
  });

  it('tells a person so on a page', async () => {
    const { ask, load } = await aBusyServer();
    load.delay = 1000;
    const answer = await ask('/auth', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('We’re too busy right now');
  });

  it('goes on telling what needs no store', async () => {
    const { ask, load } = await aBusyServer();
    load.delay = 1000;
    expect((await ask('/jwks')).status).toBe(200);
  });

  it('tells the log of a burst when it begins and when it is over', async () => {
    const { ask, load, logger } = await aBusyServer();
    load.waiting = 1000;
    await ask('/auth');
    await ask('/auth');
    load.waiting = 0;
    await ask('/auth');
    const told = logger.lines.filter(({ message }) => message !== 'request');
    expect(told).toEqual([
      expect.objectContaining({ level: 'warn', saturation: 'database', waiting: 1000 }),
      expect.objectContaining({ level: 'info', turnedAway: 2 }),
    ]);
  });
});
