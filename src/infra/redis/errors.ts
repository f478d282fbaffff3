import { ReplyError } from 'ioredis';
import { Unavailable } from '#src/kernel/faults.ts';

/** Replies of a server that is there but cannot serve: starting, full, demoted, split, or shut to us. */
const AWAY =
  /\b(?:LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|OOM|MISCONF|BUSY|TRYAGAIN|NOAUTH|WRONGPASS)\b|^ERR max number of clients reached/;

/**
 * The answer to a command, or `Unavailable` where the connection broke, the time ran out or the server
 * cannot serve: whether the command was carried out is then unknown (D18). What is our own mistake
 * passes as it is. The command and its arguments, which the client hangs on its errors, are taken off:
 * they are people's sessions.
 */
export async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('command' in error) delete error.command;
    if (isOurs(error)) throw error;
    throw new Unavailable('The session store does not answer.', { cause: error });
  }
}

function isOurs(error: Error): boolean {
  if (error instanceof ReplyError) return !AWAY.test(error.message);
  return error instanceof TypeError || error instanceof RangeError;
}
