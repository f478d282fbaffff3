/**
 * Users: the account record of a person.
 *
 * A user belongs to one tenant and has one address, unique among all tenants (ADR 0002). Before the tenant
 * is known, one narrow definer function answers the one question that has to be asked first.
 *
 * Owns: table `users`. Records: `user.created`.
 */
export { judgeUser } from './policy.ts';
export { type Credentials, createUsers, newUser, type Users } from './service.ts';
export { createUserStore } from './store.pg.ts';
export type { UserStore } from './store.ts';
export { ROLES, type Role, type User } from './user.ts';
