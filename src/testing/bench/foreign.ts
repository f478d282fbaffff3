import type { Parts } from '#src/app/commands/open.ts';
import { API_RESOURCE, permissionsOf } from '#src/features/access/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import { type Caller, callerWith } from '../administrator.ts';
import { managementToken } from './acts.ts';
import { type Door, NOBODY, timed } from './door.ts';

interface Machine {
  readonly id: string;
  readonly secret: string;
}

/** Who manages a tenant, and who another. */
export interface Neighbours {
  readonly own: Machine;
  readonly other: Machine;
}

const PERMISSIONS = permissionsOf('tenant_admin');

/** A machine that manages a tenant, and one that manages another, made for it. */
export async function settleNeighbours(parts: Parts, own: TenantId): Promise<Neighbours> {
  const made = await parts.tenancy.create({ slug: 'other', name: 'Other' });
  if (!made.ok) throw new Error(made.reason);
  const machineOf = async (tenantId: TenantId) => {
    const draft = { tenantId, kind: 'machine', name: 'Manager', resources: [API_RESOURCE] };
    const { client, secret = '' } = await parts.clients.create({ ...draft, scopes: PERMISSIONS });
    return { id: client.id, secret };
  };
  return { own: await machineOf(own), other: await machineOf(made.value.id) };
}

/** Makes one of each in a tenant, and says by which path it is asked for. */
async function furnish(call: Caller): Promise<readonly string[]> {
  const make = async (path: string, body: unknown) => {
    const { status, body: made } = await call('POST', path, { body });
    if (status !== 201) throw new Error(`${path} answered with ${status}.`);
    return `${path}/${String(made['id'])}`;
  };
  const logs = await call<{ items: { id: string }[] }>('GET', '/audit/logs');
  return [
    await make('/users', { email: 'eve@other.example', name: 'Eve', verified: true }),
    await make('/clients', { kind: 'machine', name: 'Job' }),
    await make('/resources', { identifier: 'https://api.other.example', name: 'A', scopes: [] }),
    await make('/webhooks', { url: 'https://hooks.example.com/', events: [] }),
    `/audit/logs/${logs.body.items[0]?.id}`,
  ];
}

/** For each kind of thing: what another tenant has, asked for beside what nobody has. */
export async function foreignDoors(
  issuer: string,
  { own, other }: Neighbours,
): Promise<readonly Door[]> {
  const callerOf = async (machine: Machine) =>
    callerWith({ issuer }, await managementToken(issuer, machine, PERMISSIONS));
  const [call, theirs] = [await callerOf(own), await callerOf(other)];
  const ids = createIds();
  const paths = await furnish(theirs);
  return paths.map((path) => {
    const things = path.slice(0, path.lastIndexOf('/'));
    return {
      name: `/api${things}`,
      kinds: ['another tenant’s'],
      sample: (kind) => {
        const asked = kind === NOBODY ? `${things}/${ids.uuid()}` : path;
        return timed(async () => {
          const { status } = await call('GET', asked);
          if (status !== 404) throw new Error(`${asked} answered with ${status}.`);
        });
      },
    };
  });
}
