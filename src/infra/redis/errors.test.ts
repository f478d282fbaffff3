import { ReplyError } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '#src/kernel/faults.ts';
import { reached } from './errors.ts';

async function answered(error: Error): Promise<never> {
  throw error;
}

/** What comes of a command that is answered with an error. */
async function fail(error: Error): Promise<unknown> {
  try {
    return await reached(answered(error));
  } catch (caught) {
    return caught;
  }
}

describe('reached', () => {
  it.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    'CLUSTERDOWN Hash slot not served',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "READONLY You can't write against a read only replica.",
    'NOREPLICAS Not enough good replicas to write.',
    'MISCONF Errors writing to the AOF file: No space left on device',
    'BUSY Redis is busy running a script.',
    'NOAUTH Authentication required.',
    "-READONLY You can't write against a read only replica. script: f, on @user_script:9.",
    'ERR max number of clients reached',
  ])('calls a server away that answers: %s', async (message) => {
    expect(await fail(new ReplyError(message))).toBeInstanceOf(Unavailable);
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "CROSSSLOT Keys in request don't hash to the same slot",
    'NOSCRIPT No matching script.',
    "ERR unknown command 'EVALSHA_RO'",
  ])('passes what is our own mistake: %s', async (message) => {
    const error = new ReplyError(message);
    expect(await fail(error)).toBe(error);
  });
});
