import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { Unavailable } from '#src/kernel/faults.ts';

export interface HashingCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

export type Job =
  | { readonly kind: 'hash'; readonly password: string; readonly cost: HashingCost }
  | { readonly kind: 'verify'; readonly password: string; readonly phc: string }
  | { readonly kind: 'verify-imported'; readonly password: string; readonly hash: string };

export type Answer =
  | { readonly id: number; readonly value: boolean | string }
  | { readonly id: number; readonly problem: string };

export interface HashingProcess extends AsyncDisposable {
  /** Starts it where it is not running. */
  start(): void;
  /**
   * The job's answer. Throws `Unavailable` when the process died, was stopped, or did not answer in
   * time; the next job starts another.
   */
  ask(job: Job): Promise<boolean | string>;
}

interface Pending {
  resolve(value: boolean | string): void;
  reject(cause: Error): void;
}

/** One running program with the jobs it owes an answer to. */
interface Running {
  readonly child: ChildProcess;
  readonly pending: Map<number, Pending>;
  readonly ended: Promise<void>;
}

export interface HashingSettings {
  /** How many jobs it works at, at once. */
  readonly threads: number;
  readonly program?: URL;
  /** Beyond it a job counts as lost, and the process as hung. */
  readonly patienceMs?: number;
}

const PROGRAM = new URL('./worker.argon2.ts', import.meta.url);
const PATIENCE_MS = 20_000;

/** Under full load token traffic gets three times the CPU of sign-ins, and neither starves. */
const NICENESS = 5;

/**
 * A process that hashes, away from the threads that this one signs on. It is restarted when it dies,
 * and keeps nobody from ending: while idle it does not hold the event loop.
 */
export function createHashingProcess(settings: HashingSettings): HashingProcess {
  let running: Running | undefined;
  let stopped = false;
  let count = 0;

  function current(): Running {
    if (stopped) throw new Unavailable('Hashing has stopped.');
    running ??= launch(settings, (gone) => {
      if (running === gone) running = undefined;
    });
    return running;
  }

  return {
    start: () => void current(),

    async ask(job) {
      const { child, pending } = current();
      count += 1;
      const id = count;
      const timer = setTimeout(() => child.kill('SIGKILL'), settings.patienceMs ?? PATIENCE_MS);
      hold(child, true);
      try {
        return await new Promise<boolean | string>((resolve, reject) => {
          pending.set(id, { resolve, reject });
          // A message that cannot be sent means a process that is ending; its end is what is answered.
          child.send({ id, job }, () => undefined);
        });
      } finally {
        clearTimeout(timer);
        pending.delete(id);
        if (pending.size === 0) hold(child, false);
      }
    },

    async [Symbol.asyncDispose]() {
      stopped = true;
      if (!running) return;
      const { child, ended } = running;
      // Held, so that whoever waits for its end does not end before it.
      hold(child, true);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function launch(settings: HashingSettings, gone: (running: Running) => void): Running {
  const child = fork(settings.program ?? PROGRAM, {
    env: environment(settings.threads),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = Promise.withResolvers<void>();
  const running: Running = { child, pending: new Map(), ended: ended.promise };
  const end = (cause?: unknown) => {
    gone(running);
    const fault = new Unavailable('The password could not be checked.', { cause });
    for (const { reject } of running.pending.values()) reject(fault);
    ended.resolve();
  };

  child.on('message', (answer: Answer) => settle(running.pending, answer));
  child.on('error', (cause) => {
    child.kill('SIGKILL');
    end(cause);
  });
  child.once('exit', () => end());
  hold(child, false);
  lowerPriority(child);
  return running;
}

function settle(pending: Map<number, Pending>, answer: Answer): void {
  const waiting = pending.get(answer.id);
  if ('value' in answer) waiting?.resolve(answer.value);
  else waiting?.reject(new Error(`Hashing failed: ${answer.problem}`));
}

/**
 * All that the program is told: nothing of our own environment, which holds secrets. The allocator is
 * to keep blocks of hashing's size, which glibc would map and fault in anew for each hash above 32 MiB.
 */
function environment(threads: number): Record<string, string> {
  return {
    UV_THREADPOOL_SIZE: String(threads),
    MALLOC_MMAP_THRESHOLD_: String(2 ** 28),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 29),
  };
}

function hold(child: ChildProcess, busy: boolean): void {
  if (busy) child.ref();
  else child.unref();
  if (busy) child.channel?.ref();
  else child.channel?.unref();
}

function lowerPriority(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, NICENESS);
  } catch {
    // A courtesy to token traffic. Where the system refuses it, hashing is as right without.
  }
}
