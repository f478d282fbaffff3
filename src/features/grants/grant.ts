import {
  type ClientId,
  clientId,
  isUuid,
  type TenantId,
  type UserId,
  userId,
} from '#src/kernel/ids.ts';

/** Whose and for which application. */
export interface GrantKey {
  readonly userId: UserId;
  readonly clientId: ClientId;
}

/** What somebody allowed an application, and what it may have by that. */
export interface Grant extends GrantKey {
  readonly tenantId: TenantId;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Scopes by resource. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
  /** When they were asked and said yes; never, where nobody was asked: our own applications. */
  readonly allowedAt?: Date;
  /** Whether the application holds something by it that has not expired. */
  readonly inUse: boolean;
}

/** What it is called from outside: whose and which application's, and no credential. */
export function grantName({ userId: user, clientId: client }: GrantKey): string {
  return `${user}.${client}`;
}

/** What a name stands for; `undefined` for what is none. */
export function readGrantName(text: string): GrantKey | undefined {
  const at = text.indexOf('.');
  const [user, client] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (!isUuid(user) || !/^[\x21-\x7e]{1,255}$/.test(client)) return undefined;
  return { userId: userId(user), clientId: clientId(client) };
}
