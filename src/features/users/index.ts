/**
 * Users: the account record of a person.
 *
 * A user belongs to one tenant and has one address, unique among all tenants (ADR 0002). Before the tenant
 * is known, one narrow definer function answers the one question that has to be asked first. Administrators
 * make, change and delete people of the tenant they are in, nobody above themselves, and never the last who
 * could manage it (R5.5, R29).
 *
 * Owns: table `users`. Records: `user.created`, `user.read`, `user.searched`, `user.updated`,
 * `user.role-changed`, `user.disabled`, `user.enabled`, `user.deleted`.
 */
export {
  type Administration,
  createAdministration,
  type UserFollowers,
} from './administration.ts';
export { createUsersApi, type UsersApiDeps } from './api.ts';
export { type ManagedRefusal, mayGive } from './ceiling.ts';
export { createDirectory, type Directory } from './directory.ts';
export { createEnrolment, type Enrolment } from './enrolment.ts';
export { createManage, type Manage, managedFaultOf } from './managed.ts';
export { judgeUser } from './policy.ts';
export { type Credentials, createUsers, newUser, type Users } from './service.ts';
export { createUserStore } from './store.pg.ts';
export type { UserStore } from './store.ts';
export type { User } from './user.ts';
