import { randomBytes } from 'node:crypto';
import type { ClientDraft, Clients } from '#src/features/clients/index.ts';
import type { Tenancy } from '#src/features/tenancy/index.ts';
import type { Users } from '#src/features/users/index.ts';
import type { TenantId, UserId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';
import type { Role } from '#src/kernel/roles.ts';

/** The rooms of a running Avian that fill it. */
export interface Rooms {
  readonly tenancy: Pick<Tenancy, 'create'>;
  readonly users: Pick<Users, 'create'>;
  readonly clients: Pick<Clients, 'create'>;
}

export interface ATenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
}

/** Somebody who can sign in. */
export interface APerson {
  readonly id: UserId;
  readonly tenantId: TenantId;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** A registered application, with the secret that was shown once. */
export interface AnApp {
  readonly id: string;
  readonly name: string;
  readonly secret?: string;
}

export type AppDraft = Pick<ClientDraft, 'kind'> & Partial<ClientDraft>;

/** Fills an instance with what one test needs; nothing is shared with another test. */
export interface World {
  aTenant(): Promise<ATenant>;
  /** A person with a confirmed address, in a tenant of their own unless one is given. */
  aUser(
    draft?: Partial<{ tenantId: TenantId; name: string; role: Role; verified: boolean }>,
  ): Promise<APerson>;
  anApp(draft: AppDraft): Promise<AnApp>;
}

export function createWorld({ tenancy, users, clients }: Rooms): World {
  async function aTenant(): Promise<ATenant> {
    const mark = newMark();
    return valueOf(await tenancy.create({ slug: `flock-${mark}`, name: `Flock ${mark}` }));
  }

  return {
    aTenant,
    async aUser({ tenantId, name = 'Ada Lovelace', role = 'user', verified = true } = {}) {
      const email = `ada.${newMark()}@example.com`;
      const password = `Correct horse ${newMark()}!1`;
      const home = tenantId ?? (await aTenant()).id;
      // super_admins belong to the operator's own tenant: whoever asks for one names it (ADR 0002).
      const operator = role === 'super_admin';
      const drafted = { tenantId: home, operator, email, name, role, password, verified };
      const made = await users.create(drafted);
      return { id: valueOf(made).id, tenantId: home, email, name, password };
    },
    async anApp(draft) {
      const name = draft.name ?? 'Flock Dashboard';
      const { client, secret } = await clients.create({ ...draft, name });
      return { id: client.id, name, ...(secret !== undefined && { secret }) };
    },
  };
}

/** Six bytes that no other test has. */
export function newMark(): string {
  return randomBytes(6).toString('hex');
}

function valueOf<Value>(outcome: Outcome<Value, string>): Value {
  if (outcome.ok) return outcome.value;
  throw new Error(`The world was not made as asked: ${outcome.reason}.`);
}
