import { z } from 'zod';

const LONGEST_OVERLAP = 30 * 24 * 60 * 60;

/** What may be sent to have a secret replaced: how long the one before goes on beside it, in seconds. */
export function rotationBody(description: string) {
  return z
    .strictObject({
      overlapSeconds: z.int().min(0).max(LONGEST_OVERLAP).optional().meta({ description }),
    })
    .default({});
}
