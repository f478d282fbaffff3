import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ids } from '#src/kernel/ids.ts';
import {
  DEMO_NAMES,
  type DemoApps,
  demoRegistration,
  startDemoApps,
} from '../../docs/connect/demo.ts';
import type { Rooms } from './rooms.ts';

/** What a first look needs: somebody who can sign in, and two applications to sign in to. */
export interface Demo extends AsyncDisposable {
  readonly email: string;
  readonly password: string;
  readonly apps: DemoApps['apps'];
}

export interface DemoDeps {
  readonly rooms: Pick<Rooms, 'tenancy' | 'users' | 'clients'>;
  readonly ids: Ids;
  readonly issuer: string;
  readonly dataDir: string;
  /** The first application listens on it, the second on the next. */
  readonly port: number;
}

const EMAIL = 'ada@demo.example';
const Memory = z.object({
  password: z.string(),
  clients: z.array(z.object({ id: z.string(), secret: z.string(), port: z.number() })),
});
type Memory = z.infer<typeof Memory>;

/**
 * Makes the demo tenant, its user and its applications at first start, and finds them again later. Their
 * secrets are kept in the data directory, for this machine's eyes only; production has no demo.
 */
export async function openDemo(deps: DemoDeps): Promise<Demo> {
  const file = join(deps.dataDir, 'demo.json');
  const memory = (await recall(file)) ?? { password: passwordOf(deps.ids), clients: [] };
  // Written before they are used: a start that was cut short goes on where it was.
  await keep(file, memory);
  // The clients are made last: where they are, all is.
  if (memory.clients.length === 0) await makePeople(deps, memory.password);
  const clients = await clientsOf(deps, memory);
  await keep(file, { ...memory, clients });

  const { apps, close } = await startDemoApps({ issuer: deps.issuer, clients });
  return { email: EMAIL, password: memory.password, apps, [Symbol.asyncDispose]: close };
}

/** One that meets every rule, whatever characters chance gives. */
function passwordOf(ids: Ids): string {
  return `Demo-7-${ids.secret(12)}`;
}

async function recall(file: string): Promise<Memory | undefined> {
  try {
    return Memory.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} can't be read; remove it, or the whole folder, to begin anew`, {
      cause: error,
    });
  }
}

async function keep(file: string, memory: Memory): Promise<void> {
  await writeFile(file, `${JSON.stringify(memory, undefined, 2)}\n`, { mode: 0o600 });
}

/** What a start that was cut short has made already is refused, and that is as well. */
async function makePeople({ rooms }: DemoDeps, password: string): Promise<void> {
  const { tenancy, users } = rooms;
  await tenancy.create({ slug: 'demo', name: 'Demo' });
  // Whoever has the page can register; their mail is at /dev/mail.
  await tenancy.update('demo', { registration: 'open', isDefault: true });
  const tenant = await tenancy.locate('demo');
  if (!tenant) throw new Error('The demo tenant is neither there nor could it be made');
  const ada = { email: EMAIL, name: 'Ada Lovelace', role: 'user' as const, password };
  await users.create({ ...ada, tenantId: tenant.id, verified: true });
}

/** The clients of today's ports; another PORT means other redirect URIs, and so other clients. */
async function clientsOf(
  { rooms, port }: DemoDeps,
  { clients }: Memory,
): Promise<Memory['clients']> {
  const ports = DEMO_NAMES.map((_, index) => port + index);
  const known = new Map(clients.map((client) => [client.port, client]));
  return Promise.all(
    ports.map(
      async (at, index) =>
        known.get(at) ?? (await makeClient(rooms.clients, at, DEMO_NAMES[index] ?? 'Flock')),
    ),
  );
}

async function makeClient(clients: Rooms['clients'], port: number, name: string) {
  const { client, secret = '' } = await clients.create({
    kind: 'web',
    name,
    firstParty: true,
    ...demoRegistration(port),
  });
  return { id: client.id as string, secret, port };
}
