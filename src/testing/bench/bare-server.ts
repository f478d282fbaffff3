/** The bare provider as a process: `node bare-server.ts TARGET`, where TARGET is JSON. */
import { startBare } from './bare.ts';
import type { Target } from './scenarios.ts';

const { issuer, web, machine, resource, person } = JSON.parse(process.argv[2] ?? '') as Target;

const bare = await startBare({
  issuer,
  client: web,
  machine,
  resource,
  person: { email: person.email, name: 'Ada' },
});
process.once('SIGTERM', () => void bare.close());
