import type { Context, Next } from 'koa';
import type { Clients } from '#src/features/clients/index.ts';
import type { LogoutCourier, Outbox } from '#src/features/outbox/index.ts';
import type { Cookies } from '#src/http/cookies.ts';
import { MINUTE, SECOND } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Receipt } from '#src/kernel/mail.ts';
import { ownerOf } from '#src/kernel/scope.ts';
import type { Units } from '#src/kernel/unit.ts';
import type { People } from './account.ts';
import type { EngineContext } from './engine.ts';
import type { ProviderHost } from './host.ts';
import type { NoteBook } from './notes.ts';
import { plain } from './pages.ts';
import { tellApplication } from './provider.ts';

/** Tells applications through the engine of the moment: a fresh logout token at every try. */
export function createLogoutCourier(host: Pick<ProviderHost, 'current'>): LogoutCourier {
  return {
    async tell({ clientId, ...ended }) {
      const client = await host.current.Client.find(clientId);
      // It never asked to hear of it, or is gone: there is nobody to tell.
      if (!client?.backchannelLogoutUri) return { ok: true };
      try {
        await tellApplication(client, ended);
        return { ok: true };
      } catch (error) {
        return unreached(error);
      }
    },
  };
}

/** Without the address, which is the application's own business. */
function unreached(error: unknown): Receipt {
  const answer = error instanceof Error && 'response' in error ? error.response : undefined;
  const reason =
    answer instanceof Response ? `answered ${answer.status}` : 'could not be reached in time';
  return { ok: false, permanent: false, reason };
}

/** Between signing out and the page that says so: which applications hear of it. */
export interface ToldApplications {
  remember(ctx: Context, clientIds: readonly string[]): void;
  /** Their names, once. */
  take(ctx: Context): Promise<readonly string[]>;
}

const COOKIE = 'told';
const LIFE = MINUTE;
const IDS = /^[\w.~-]{1,255}(?:![\w.~-]{1,255}){0,19}$/;

export function createToldApplications(
  cookies: Cookies,
  clients: Pick<Clients, 'find'>,
): ToldApplications {
  return {
    remember(ctx, clientIds) {
      const value = clientIds.slice(0, 20).join('!');
      if (IDS.test(value)) cookies.write(ctx, COOKIE, value, LIFE / SECOND);
    },
    async take(ctx) {
      const value = cookies.read(ctx, COOKIE) ?? '';
      if (!IDS.test(value)) return [];
      cookies.clear(ctx, COOKIE);
      const found = await Promise.all(value.split('!').map((id) => clients.find(id)));
      return found.flatMap((client) => client?.name ?? []);
    },
  };
}

interface LeftSignedInDeps {
  readonly notes: NoteBook;
  readonly people: Pick<People, 'find'>;
  readonly units: Units;
  readonly outbox: Pick<Outbox, 'logout'>;
  readonly told: Pick<ToldApplications, 'remember'>;
}

/**
 * Who stays signed in leaves the one application that asked all the same: it is told, though no session
 * ended. What a session's end takes along is written with that end.
 */
export function createPartings({ notes, people, units, outbox, told }: LeftSignedInDeps) {
  return async (context: EngineContext, next: Next): Promise<void> => {
    await next();
    const { toTell, told: ended = [] } = notes.of(context);
    if (ended.length > 0) told.remember(plain(context), ended);
    const left = toTell.splice(0);
    const [first] = left;
    const person = first && (await people.find(userId(first.userId)));
    if (!person) return;
    const owner = { userId: person.id, tenantId: tenantId(person.tenantId) };
    await units.run(ownerOf(owner), async (unit) => {
      for (const { clientId, sid } of left)
        await outbox.logout(unit, { clientId, userId: person.id, sid });
    });
  };
}
