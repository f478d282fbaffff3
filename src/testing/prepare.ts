/** Run before the tests: `node src/testing/prepare.ts [part…]` installs the programs they need. */
import { ALL_PARTS, ensure, isPart } from './install.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isPart(name));
const parts = (asked.length === 0 ? ALL_PARTS : asked.filter(isPart)).filter(
  (part) => part !== 'redis-server' || process.env['TEST_REDIS_URL'] === undefined,
);

try {
  if (unknown.length > 0) throw new Error(`No part of the tests: ${unknown.join(', ')}.`);
  ensure(parts);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
