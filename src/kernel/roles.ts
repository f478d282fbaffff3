/** What people may be, the least first: each has all that those before it have (R5.1). */
export const ROLES = ['user', 'security_analyst', 'tenant_admin', 'super_admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` stands at least as high as `wanted`. */
export function reaches(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}
