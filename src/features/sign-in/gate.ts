import type { Context } from 'koa';
import type { Clients, RegisteredClient } from '#src/features/clients/index.ts';
import type { Cookies } from '#src/http/cookies.ts';
import { DAY, SECOND } from '#src/kernel/clock.ts';

/** An application a person can be sent back to. */
export interface Application {
  readonly name: string;
  readonly href: string;
}

/**
 * Remembers which application a browser last came from, so that a page on which its sign-in has ended
 * can offer the way back. The cookie names a client and is believed in nothing else.
 */
export interface WayBack {
  remember(ctx: Context, clientId: string): void;
  find(ctx: Context): Promise<Application | undefined>;
}

interface WayBackDeps {
  readonly cookies: Cookies;
  readonly clients: Pick<Clients, 'find'>;
}

const COOKIE = 'application';
const CLIENT_ID = /^[\w.~-]{1,255}$/;

export function createWayBack({ cookies, clients }: WayBackDeps): WayBack {
  return {
    remember(ctx, clientId) {
      if (CLIENT_ID.test(clientId)) cookies.write(ctx, COOKIE, clientId, DAY / SECOND);
    },
    async find(ctx) {
      const id = cookies.read(ctx, COOKIE) ?? '';
      const client = CLIENT_ID.test(id) ? await clients.find(id) : undefined;
      return client && applicationOf(client);
    },
  };
}

/** Where the application lives; a native one has no address a page could lead to. */
function applicationOf({ name, redirectUris }: RegisteredClient): Application | undefined {
  const home = redirectUris.find((uri) => /^https?:/i.test(uri));
  return home === undefined ? undefined : { name, href: `${new URL(home).origin}/` };
}
