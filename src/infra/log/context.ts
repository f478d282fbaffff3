import { AsyncLocalStorage } from 'node:async_hooks';

/** Carries a request's id to the lines logged on its behalf, and nothing else. */
export interface LogContext {
  /** Everything `work` starts, awaited or not, logs under this id. */
  run<T>(requestId: string, work: () => T): T;
  requestId(): string | undefined;
}

export function createLogContext(): LogContext {
  const storage = new AsyncLocalStorage<string>();
  return {
    run: (requestId, work) => storage.run(requestId, work),
    requestId: () => storage.getStore(),
  };
}
