/**
 * The program of the hashing process: answers each job on the channel it was started with, and ends
 * when that closes. Nothing secret is in its arguments, its environment or its output.
 */
import { argon2id, hash, verify } from 'argon2';
import type { Answer, Job } from './hashing-process.ts';
import { verifyImported } from './schemes.argon2.ts';

async function answerTo(job: Job): Promise<boolean | string> {
  switch (job.kind) {
    case 'verify':
      return verify(job.phc, job.password);
    case 'verify-imported':
      return verifyImported(job.hash, job.password);
    case 'hash': {
      const { memoryKiB, passes, lanes } = job.cost;
      return hash(job.password, {
        type: argon2id,
        memoryCost: memoryKiB,
        timeCost: passes,
        parallelism: lanes,
      });
    }
  }
}

async function serve(id: number, job: Job): Promise<void> {
  const answer: Answer = await answerTo(job).then(
    (value) => ({ id, value }),
    (error: unknown) => ({ id, problem: error instanceof Error ? error.message : 'unknown' }),
  );
  // The parent may have gone meanwhile, and then nobody is there to be told.
  if (process.connected) process.send?.(answer);
}

// Ctrl-C reaches the whole group: the parent decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('message', ({ id, job }: { id: number; job: Job }) => void serve(id, job));
