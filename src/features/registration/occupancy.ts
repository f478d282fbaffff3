import type { User, UserStore } from '#src/features/users/index.ts';
import type { Unit } from '#src/kernel/unit.ts';

/** Whether an address waits for somebody who may yet take it back, whichever tenant's; asked in a system unit. */
export type Reserved = (unit: Unit, email: string) => Promise<boolean>;

/** Who has an address: nobody, an account that nobody proved and that makes way, or its owner. */
export type Occupancy =
  | { readonly kind: 'free' }
  | { readonly kind: 'unproven'; readonly user: User }
  | { readonly kind: 'taken'; readonly user?: User };

export interface OccupancyDeps {
  readonly users: Pick<UserStore, 'locate' | 'find'>;
  readonly reserved: Reserved;
}

/** Looks in every tenant, and therefore in a system unit. */
export function createFindOccupancy({ users, reserved }: OccupancyDeps) {
  return async (unit: Unit, email: string): Promise<Occupancy> => {
    const located = await users.locate(unit, email);
    const user = located && (await users.find(unit, located.id));
    // After the look-up: an address given up meanwhile is reserved by then.
    if (await reserved(unit, email)) return { kind: 'taken' };
    if (!user) return { kind: 'free' };
    return user.selfRegistered && !user.emailVerifiedAt
      ? { kind: 'unproven', user }
      : { kind: 'taken', user };
  };
}
