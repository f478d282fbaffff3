import type { Middleware } from 'koa';
import { withOperators } from '#src/features/tenancy/bench.ts';
import {
  createTenancy,
  createTenantDesk,
  createTenantStore,
  type Tenant,
} from '#src/features/tenancy/index.ts';
import { aVerificationBench, ISSUER, ORIGIN } from '#src/features/verification/bench.ts';
import { createVerificationPages, createWaitCookie } from '#src/features/verification/index.ts';
import { createToolkit, serveAt } from '#src/http/bench.ts';
import { mark } from '#src/infra/postgres/bench.ts';
import { client } from '#src/infra/postgres/units.ts';
import { type TenantId, tenantId } from '#src/kernel/ids.ts';
import { createVisitor } from '#src/testing/visitor.ts';
import { createInvitations } from './invitations.ts';
import { createRegistrationPages } from './pages.ts';
import { createPlaces } from './places.ts';
import { createRegistration, type Entry } from './service.ts';
import { createInvitationStore } from './store.pg.ts';

/** The room on a real database, with the verification room beside it. */
export async function aRegistrationBench() {
  const beside = await aVerificationBench();
  const { units, clock, inSystem } = beside;
  const { tenants, operators } = withOperators(createTenantStore());
  const reservations = new Set<string>();
  const shared = {
    ...beside,
    tenants,
    issuer: ISSUER,
    reserved: async (_: unknown, email: string) => reservations.has(email),
  };
  const followers = { passwordDays: async () => undefined, shut: async () => undefined };
  const desk = createTenantDesk({ ...shared, store: tenants, followers });
  const tenancy = createTenancy({ ...shared, store: tenants, desk });
  const store = createInvitationStore();
  const invitations = createInvitations({ ...shared, store });
  const places = createPlaces({ units, tenancy, tenants, invitations });
  const registration = createRegistration({ ...shared, invitations: store });

  async function aTenant(over: Partial<Tenant> = {}): Promise<Tenant> {
    const { operator = false, ...rest } = over;
    const now = clock.now();
    const tenant: Tenant = {
      id: tenantId(beside.ids.uuid()),
      slug: `flock-${mark()}`,
      name: 'Flock',
      status: 'active',
      suspendedAt: null,
      deletesAt: null,
      operator: false,
      isDefault: false,
      registration: 'open',
      registrationDomains: [],
      passwordRules: 'composition',
      passwordDays: 90,
      sessionLimit: null,
      sessionWatch: [],
      createdAt: now,
      updatedAt: now,
      ...rest,
    };
    await inSystem((unit) => tenants.insert(unit, tenant));
    if (operator) operators.add(tenant.id);
    return { ...tenant, operator };
  }

  return {
    ...beside,
    ...{ tenancy, tenants, invitations, places, registration, reservations, aTenant },
    register: (tenant: Tenant, over: Partial<Omit<Entry, 'place'>> & { email: string }) =>
      registration.register({
        place: { tenant },
        name: 'Ada',
        password: 'long enough',
        origin: ORIGIN,
        ...over,
      }),
    /** Everybody there is with this address, whichever tenant's. */
    holdersOf: (email: string) =>
      inSystem(async (unit) => {
        const found = await client(unit).query<{ id: string; name: string; tenant_id: TenantId }>(
          'select id, name, tenant_id from users where email = $1',
          [email],
        );
        return found.rows;
      }),
    mailsTo: (email: string) => beside.outbox.mails.filter(({ to }) => to === email),
    now: () => clock.now(),
  };
}

export type RegistrationBench = Awaited<ReturnType<typeof aRegistrationBench>>;

const SHOP = { name: 'Flock Dashboard', href: 'https://flock.example.com/' };

/** What a browser brings from the application that sent it, for the pages to remember. */
export interface Brought {
  readonly tenantId?: TenantId;
  readonly interaction?: string;
}

/** The pages of both rooms, served; browsers of it come from an application where `brought` says so. */
export async function aSite(room: RegistrationBench, brought?: Brought) {
  const admitted: string[] = [];
  const arrivals: string[] = [];
  const door = brought && { clientId: 'flock', application: SHOP, ...brought };
  let paced = 0;
  const pace = {
    even<T>(work: () => Promise<T>) {
      paced += 1;
      return work();
    },
  };
  const { port } = await serveAt((issuer) => {
    const { stack, cookies, csrf, page } = createToolkit({ issuer });
    const waiting = createWaitCookie({ cookies, waits: room.waits });
    const limits = { spend: async () => undefined };
    const shared = { ...room, waiting, cookies, csrf, page, pace, limits };
    const registration = createRegistrationPages({
      ...shared,
      doors: { find: async () => door },
      signIn: {
        async admit(interaction, { userId }) {
          admitted.push(`${interaction} ${userId}`);
        },
      },
    });
    const verification = createVerificationPages({
      ...shared,
      applications: { find: async (id) => (id === 'flock' ? SHOP : undefined) },
      device: { keep: () => 'device' },
    });
    const signIn: Middleware = (ctx, next) => {
      if (!ctx.path.startsWith('/interaction/')) return next();
      arrivals.push(ctx.path);
      ctx.body = 'the sign-in';
      return undefined;
    };
    return [...stack, signIn, registration, verification];
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    admitted,
    arrivals,
    /** How often an answer was held to the pace. */
    paced: () => paced,
    visitor: () => createVisitor(),
    /** The address a mail's link has here. */
    linkOf: (email: string) => {
      const mail = room.outbox.mails.findLast(({ to }) => to === email);
      return String(mail?.model['link']).replace(ISSUER, origin);
    },
  };
}
