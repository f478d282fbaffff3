import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Figures } from '#src/features/monitoring/index.ts';
import type { EventLoopMeter } from '#src/infra/meter/event-loop.ts';

const Manifest = z.object({ version: z.string() });

/** How this process does; an event loop that nobody measures is never late. */
export function createFigures(loop?: Pick<EventLoopMeter, 'p99'>): () => Figures {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = Manifest.parse(JSON.parse(text));
  return () => {
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    const uptimeSeconds = Math.floor(process.uptime());
    return {
      version,
      uptimeSeconds,
      ...{ rss, heapUsed, heapTotal },
      eventLoopDelayP99Ms: loop?.p99() ?? 0,
    };
  };
}
