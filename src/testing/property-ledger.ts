/** One numbered property: a statement that holds for all inputs (docs/reference/properties.md). */
export interface Property {
  readonly number: number;
  readonly title: string;
  /** The room whose change could break it, below `src/`. */
  readonly room: string;
  readonly requirement: string;
  /** The step of the plan that makes it true. */
  readonly step: number;
}

/** Every property up to this step has its file. */
export const STEP = 4;

const ROWS = [
  [1, 'Password Hashing Consistency', 'features/passwords', 'R3.2', 2],
  [2, 'Password Verification Correctness', 'features/passwords', 'R3.2', 2],
  [3, 'JWT Generation on Authentication', 'oidc', 'R3.4', 1],
  [4, 'JWT Validation on Protected Routes', 'features/access', 'R3.5', 4],
  [5, 'Token Refresh Mechanism', 'oidc', 'R3.6', 1],
  [6, 'Failed Login Counter Increment', 'features/lockout', 'R3.7', 2],
  [7, 'Account Lockout on Threshold', 'features/lockout', 'R3.8', 2],
  [8, 'Session Creation with TTL', 'features/sessions', 'R2.2', 1],
  [9, 'Session Expiration', 'features/sessions', 'R2.3', 1],
  [10, 'Session Token Uniqueness', 'features/sessions', 'R7.6', 1],
  [11, 'Secure Cookie Flags', 'features/sessions', 'R7.3', 3],
  [12, 'SameSite Cookie Policy', 'features/sessions', 'R7.4', 3],
  [13, 'Session Invalidation on Logout', 'features/sessions', 'R7.5', 1],
  [14, 'Session Inactivity Expiration', 'features/sessions', 'R7.1', 1],
  [15, 'Session Absolute Expiration', 'features/sessions', 'R7.2', 1],
  [16, 'Session Invalidation on Suspicious Activity', 'features/sessions', 'R7.8', 3],
  [17, 'TOTP Secret Generation', 'features/mfa', 'R4.2', 5],
  [18, 'QR Code Generation', 'features/mfa', 'R4.3', 5],
  [19, 'Backup Code Generation', 'features/mfa', 'R4.4', 5],
  [20, 'MFA Requirement After Password', 'features/sign-in', 'R4.5', 5],
  [21, 'TOTP Time Window Validation', 'features/mfa', 'R4.6', 5],
  [22, 'MFA Data Encryption', 'features/mfa', 'R4.7', 5],
  [23, 'Backup Code Invalidation', 'features/mfa', 'R4.8', 5],
  [24, 'Permission Verification', 'features/access', 'R5.1', 4],
  [25, 'Tenant Isolation for Non-Admins', 'features/access', 'R5.3', 4],
  [26, 'Super Admin Cross-Tenant Access', 'features/access', 'R5.4', 4],
  [27, 'Tenant Admin Restriction', 'features/access', 'R5.5', 4],
  [28, 'Authorization Failure Logging', 'features/access', 'R5.7', 4],
  [29, 'Tenant Filtering on Queries', 'features/tenancy', 'R16.1', 1],
  [30, 'Tenant Ownership Verification', 'features/tenancy', 'R16.2', 1],
  [31, 'JWT Tenant Validation', 'features/tenancy', 'R16.4', 4],
  [32, 'Cross-Tenant Access Logging', 'features/tenancy', 'R16.5', 4],
  [33, 'Password Minimum Length', 'features/passwords', 'R6.1', 2],
  [34, 'Password Complexity Requirements', 'features/passwords', 'R6.2', 2],
  [35, 'Password History Prevention', 'features/passwords', 'R6.3', 2],
  [36, 'Password History Hashing', 'features/passwords', 'R6.4', 2],
  [37, 'Password Expiration Enforcement', 'features/passwords', 'R6.5', 2],
  [38, 'Password Change on Expiration', 'features/sign-in', 'R6.6', 2],
  [39, 'Dual Password Validation', 'features/passwords', 'R6.7', 2],
  [40, 'Login Rate Limiting', 'features/throttle', 'R8.1', 3],
  [41, 'API Rate Limiting', 'features/throttle', 'R8.2', 3],
  [42, 'Rate Limit HTTP Status', 'features/throttle', 'R8.3', 3],
  [43, 'Rate Limit Headers', 'features/throttle', 'R8.5', 3],
  [44, 'Exponential Backoff', 'features/throttle', 'R8.6', 3],
  [45, 'Rate Limit Violation Logging', 'features/throttle', 'R8.7', 3],
  [46, 'Authentication Event Logging', 'features/audit', 'R9.1', 4],
  [47, 'Authorization Failure Logging', 'features/audit', 'R9.2', 4],
  [48, 'Data Access Logging', 'features/audit', 'R9.3', 4],
  [49, 'Administrative Action Logging', 'features/audit', 'R9.4', 4],
  [50, 'Audit Log Required Fields', 'features/audit', 'R9.5', 4],
  [51, 'Audit Log Retention', 'features/audit', 'R9.7', 4],
  [52, 'Audit Log Immutability', 'features/audit', 'R9.8', 4],
  [53, 'Verification Email on Registration', 'features/verification', 'R10.1', 2],
  [54, 'Verification Token Uniqueness', 'features/verification', 'R10.2', 2],
  [55, 'Email Verification on Valid Token', 'features/verification', 'R10.3', 2],
  [56, 'Login Prevention for Unverified', 'features/sign-in', 'R10.4', 2],
  [57, 'Verification Email Resend', 'features/verification', 'R10.5', 2],
  [58, 'New Token on Expiration', 'features/verification', 'R10.6', 2],
  [59, 'Reset Email on Request', 'features/recovery', 'R11.1', 2],
  [60, 'Reset Token Uniqueness', 'features/recovery', 'R11.2', 2],
  [61, 'Password Change on Valid Token', 'features/recovery', 'R11.3', 2],
  [62, 'Session Invalidation on Reset', 'features/recovery', 'R11.4', 2],
  [63, 'Password Reuse Prevention on Reset', 'features/recovery', 'R11.5', 2],
  [64, 'Password Reset Logging', 'features/recovery', 'R11.6', 2],
] as const;

export const LEDGER: readonly Property[] = ROWS.map(([number, title, room, requirement, step]) => ({
  number,
  title,
  room,
  requirement,
  step,
}));

/** How its test file's name begins: `p62-session-invalidation-on-reset`. */
export function slugOf({ number, title }: Property): string {
  return `p${String(number).padStart(2, '0')}-${title.toLowerCase().replaceAll(' ', '-')}`;
}

/** The row of a number; throws when there is none, or when it bears another title. */
export function propertyOf(number: number, title: string): Property {
  const row = LEDGER.find((candidate) => candidate.number === number);
  if (row === undefined) throw new Error(`There is no property P${number}.`);
  if (row.title !== title) throw new Error(`P${number} is “${row.title}”, not “${title}”.`);
  return row;
}
