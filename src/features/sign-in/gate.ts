import type { Context } from 'koa';
import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { DeviceCookie, LockoutRoom } from '#src/features/lockout/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import type { Cookies } from '#src/http/cookies.ts';
import { DAY, SECOND } from '#src/kernel/clock.ts';
import type { TenantId } from '#src/kernel/ids.ts';
import type { Interaction } from './interactions.ts';

/** An application a person can be sent back to. */
export interface Application {
  readonly name: string;
  readonly href: string;
}

/** Where a browser came from: what registration and the other doors beside sign-in have to know. */
export interface Origin {
  readonly clientId: string;
  /** The tenant whose users alone may enter; none where all tenants share the application. */
  readonly tenantId?: TenantId;
  readonly application?: Application;
  /** The sign-in that can go on, unless it has ended meanwhile. */
  readonly interaction: string;
}

/**
 * Remembers which application a browser last came from, and at which sign-in, so that the pages beside it
 * lead back. The cookie names them and is believed in nothing else: what it names is read afresh, and an
 * interaction answers to its own cookie only.
 */
export interface WayBack {
  remember(ctx: Context, interaction: Pick<Interaction, 'uid' | 'client'>): void;
  find(ctx: Context): Promise<Origin | undefined>;
  /** Back to the sign-in that was left. */
  onward(ctx: Context): Promise<Application | undefined>;
}

interface WayBackDeps {
  readonly cookies: Cookies;
  readonly clients: Pick<Clients, 'find'>;
}

const COOKIE = 'application';
const REMEMBERED = /^([\w.~-]{1,255})!([\w-]{1,128})$/;

export function createWayBack({ cookies, clients }: WayBackDeps): WayBack {
  async function find(ctx: Context): Promise<Origin | undefined> {
    const [, clientId, interaction] = REMEMBERED.exec(cookies.read(ctx, COOKIE) ?? '') ?? [];
    if (clientId === undefined || interaction === undefined) return undefined;
    const client = await clients.find(clientId);
    if (client?.status !== 'active') return undefined;
    const { tenantId } = client;
    const application = applicationOf(client);
    return {
      clientId,
      interaction,
      ...(tenantId && { tenantId }),
      ...(application && { application }),
    };
  }

  return {
    find,
    remember(ctx, { uid, client }) {
      const value = `${client.id}!${uid}`;
      if (REMEMBERED.test(value)) cookies.write(ctx, COOKIE, value, DAY / SECOND);
    },
    async onward(ctx) {
      const origin = await find(ctx);
      const name = origin?.application?.name;
      return origin && name !== undefined
        ? { name, href: `/interaction/${origin.interaction}` }
        : undefined;
    },
  };
}

/** Where the application lives; a native one has no address a page could lead to. */
export function applicationOf({
  name,
  redirectUris,
}: Pick<RegisteredClient, 'name' | 'redirectUris'>): Application | undefined {
  const home = redirectUris.find((uri) => /^https?:/i.test(uri));
  return home === undefined ? undefined : { name, href: `${new URL(home).origin}/` };
}

export interface AttemptDeps {
  readonly limits: Pick<Limits, 'spend'>;
  readonly device: DeviceCookie;
  readonly lockout: Pick<LockoutRoom, 'isKnown'>;
}

/**
 * Counts an attempt at an account (P40). What strangers do to it from everywhere keeps nobody out of a browser
 * that they have signed in with before (ADR 0009).
 */
export async function spendAttempt(
  { limits, device, lockout }: AttemptDeps,
  ctx: Context,
  account: string,
): Promise<void> {
  const known = device.read(ctx);
  const isKnown = known !== undefined && (await lockout.isKnown(account, known));
  await limits.spend(ctx, 'sign-in', { account }, isKnown ? ['sign-in-account'] : []);
}
