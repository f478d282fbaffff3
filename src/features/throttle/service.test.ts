import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { createBench } from './bench.ts';

const HERE = { address: '192.0.2.1' };

describe('a limit', () => {
  it('keeps nothing of whoever asks but digests of one length', async () => {
    const { throttle, states } = createBench();
    const account = `${'a'.repeat(60_000)}\0@x.test`;
    await throttle.take('sign-in', { account, ...HERE }, {});
    expect([...states.keys()].map((key) => key.length)).toEqual([43, 43, 43]);
  });

  it.each([
    ['Ada@Example.TEST', ' ada@example.test '],
    ['ada＠example.test', 'ada@example.test'],
    ['no address at all', ' no address at all\n'],
  ])('is one for %j and %j', async (account, variant) => {
    const { passes } = createBench({ 'reset-account': 1 });
    expect(await passes('reset', { account, ...HERE })).toBe(true);
    expect(await passes('reset', { account: variant, address: '198.51.100.7' })).toBe(false);
  });

  it('counts what does not say who it is as one, and skips nothing', async () => {
    const { passes } = createBench({ registration: 1 });
    expect(await passes('registration', { address: 'no address' })).toBe(true);
    expect(await passes('registration', {})).toBe(false);
  });

  it('does not use up an account where the address is refused already', async () => {
    const { passes } = createBench({ 'sign-in-address': 2, 'sign-in-account': 3 });
    const account = 'ada@x.test';
    for (let count = 0; count < 30; count += 1)
      await passes('sign-in', { account, address: '198.51.100.7' });
    expect(await passes('sign-in', { account, ...HERE })).toBe(true);
  });

  it('is another for each kind of request', async () => {
    const { passes } = createBench({ 'reset-address': 1, 'resend-address': 1 });
    const parts = { account: 'ada@x.test', ...HERE };
    expect(await passes('reset', parts)).toBe(true);
    expect(await passes('resend', parts)).toBe(true);
    expect(await passes('reset', parts)).toBe(false);
  });
});

describe('while the store is away', () => {
  it.each(['sign-in', 'registration', 'reset', 'resend', 'token'] as const)(
    'refuses %s',
    async (name) => {
      const { throttle, store } = createBench();
      store.isAway = true;
      await expect(throttle.take(name, HERE, {})).rejects.toThrow(Unavailable);
    },
  );

  it('lets public documents through, asks again a second later, and says so', async () => {
    const { throttle, store, clock, lines } = createBench();
    const take = async () => (await throttle.take('global', HERE, {})).standings.length;
    store.isAway = true;
    expect(await take()).toBe(0);
    store.isAway = false;
    clock.pass(999);
    expect([await take(), store.asked]).toEqual([0, 1]);
    clock.pass(1);
    expect([await take(), store.asked]).toEqual([1, 2]);
    expect(lines).toMatchObject([{ level: 'warn', err: expect.any(Unavailable) }]);
  });
});
