import { createListeningLogger } from '#src/http/bench.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createHealth, type Figures, type HealthDeps } from './health.ts';

export const FIGURES: Figures = {
  version: '1.2.3',
  uptimeSeconds: 60,
  rss: 3,
  heapUsed: 1,
  heapTotal: 2,
  eventLoopDelayP99Ms: 0.5,
};

const units: Pick<Units, 'once'> = {
  once: (scope, work) => work({ scope } as Unit),
};

/** The room on parts that answer, but for those a test brings. */
export function aHealth(parts: Partial<HealthDeps> = {}) {
  const logger = createListeningLogger();
  const lifecycle = { stopping: false };
  const health = createHealth({
    units,
    reachability: { ask: async () => undefined },
    store: { ping: async () => 1 },
    isolation: { ask: async () => undefined },
    lifecycle,
    figures: () => FIGURES,
    logger,
    ...parts,
  });
  return { health, lifecycle, logger };
}
