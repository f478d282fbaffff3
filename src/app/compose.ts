import type { RequestListener } from 'node:http';
import type { Router } from '@koa/router';
import {
  createHealth,
  createHealthApi,
  createReachability,
  type Lifecycle,
} from '#src/features/monitoring/index.ts';
import type { DevMailbox } from '#src/features/outbox/index.ts';
import { type HasherSettings, rulesScript } from '#src/features/passwords/index.ts';
import { type Canary, createCanary, createWallTrial } from '#src/features/tenancy/index.ts';
import {
  createLimits,
  createThrottle,
  type Throttle,
  type ThrottleDeps,
} from '#src/features/throttle/index.ts';
import { createAssets } from '#src/http/assets.ts';
import { createCookies } from '#src/http/cookies.ts';
import { createCsrf } from '#src/http/csrf.ts';
import { createPace } from '#src/http/pace.ts';
import { createPages } from '#src/http/page.ts';
import { createSaturationGate } from '#src/http/saturation.ts';
import { createCookieSigner } from '#src/infra/crypto/cookie-signer.ts';
import { createDigest } from '#src/infra/crypto/digest.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { LogContext } from '#src/infra/log/context.ts';
import type { EventLoopMeter } from '#src/infra/meter/event-loop.ts';
import { type Clock, HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { createOidc, DOCUMENTS, type Oidc } from '#src/oidc/index.ts';
import { createManagementApi, type ManagementApi } from './api.ts';
import { createAuditJobs } from './audit-jobs.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { type Core, openCore, PRODUCT, VIEWS } from './core.ts';
import type { Database } from './database.ts';
import { createDoors } from './doors.ts';
import { openEphemeralStore } from './ephemeral.ts';
import { createEvents, type Events } from './events.ts';
import { createFigures } from './figures.ts';
import type { Job } from './jobs.ts';
import { createServer } from './server.ts';

/** What an instance is composed of that a test may replace. */
export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly logContext: LogContext;
  readonly hashing?: HasherSettings;
  /** In place of the usual pace of answers that could tell (ADR 0038), in milliseconds. */
  readonly paceMs?: number;
  /** Whether answers of the API are held against the shapes they are promised to have: in tests. */
  readonly checks?: boolean;
  /** Of the process that serves: whether it was asked to stop, and how late its event loop is. */
  readonly lifecycle?: Lifecycle;
  readonly loop?: Pick<EventLoopMeter, 'mean' | 'p99'>;
}

/** A whole instance, short of a port to listen on. */
export interface Avian extends AsyncDisposable {
  readonly handler: RequestListener;
  readonly core: Core;
  readonly store: EphemeralStore;
  readonly oidc: Oidc;
  readonly api: ManagementApi;
  readonly events: Events;
  /** Every router of ours, in order: what there is to ask for, beside what the engine serves. */
  readonly routers: readonly Router[];
  readonly jobs: readonly Job[];
  /** Where mail is kept that no server takes. */
  readonly mailbox?: DevMailbox;
}

const PACE_MS = 400;

/** Counts nothing: for development, and for what measures the rest. */
const UNLIMITED: Pick<Throttle, 'take'> = { take: async () => ({ standings: [] }) };

/** Wires every part, once: the composition root. The database is migrated, and stays its opener's. */
export async function compose(
  config: Config,
  secrets: Secrets,
  database: Pick<Database, 'pool'>,
  ports: Ports,
): Promise<Avian> {
  await using opening = new AsyncDisposableStack();
  const core = opening.use(
    await openCore({ config, secrets, pool: database.pool, serves: true, ...ports }),
  );
  const store = opening.use(openEphemeralStore(config, core.units, ports));
  const { throttle, limits } = createCounting(config, core, store, ports);
  const web = { ...createWeb(config, secrets, core, ports), limits };
  const oidc = await createOidc({
    ...{ ...ports, ...core.rooms, ...web },
    settings: { issuer: config.issuer, ...config.cookies, fetchAllow: config.fetchAllow },
    ...{ keys: core.keys, units: core.units, digest: core.digest },
    ...{ tokens: core.stores.tokens, store: store.store },
    dpopNonceKey: core.serverSecrets.dpopNonceKey,
  });
  const pages = createDoors({
    ...{ core, web, oidc, store: store.store, issuer: config.issuer },
    ...{ clock: ports.clock, ids: ports.ids },
  });
  const events = opening.use(createEvents({ ...ports, core, config }));
  const api = createManagementApi({
    ...{ ...ports, ...web, core, events, oidc, store: store.store, issuer: config.issuer },
  });
  const watch = await createWatch({ config, core, store: store.store, pool: database.pool, ports });
  const app = createServer({
    ...{ ...ports, ...web, ...watch, config, pages },
    ...{ api: api.routers, oidc: oidc.middleware },
  });

  const answer = app.callback();
  const opened = opening.move();
  return {
    handler: (request, response) => void answer(request, response),
    core,
    store: store.store,
    api,
    events,
    routers: [watch.health, ...pages, ...api.routers],
    oidc,
    jobs: [
      ...jobsOf(core, store.store, oidc),
      ...jobsOfTenancy(core, watch.canary),
      ...createAuditJobs({ rooms: core.rooms, logger: ports.logger, ...config.audit }),
      ...[...events.jobs, sweepOf(throttle), sweepOfApi(api)],
    ],
    ...(core.mail.mailbox && { mailbox: core.mail.mailbox }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What is counted, and what passes. */
function createCounting(
  config: Config,
  core: Core,
  { window }: { readonly window: ThrottleDeps['window'] },
  ports: Ports,
) {
  const throttle = createThrottle({
    ...{ ...ports, audit: core.rooms.audit, digest: core.digest, window },
    ...(config.limits !== 'off' && { overrides: config.limits }),
  });
  const limits = createLimits({
    throttle: config.limits === 'off' ? UNLIMITED : throttle,
    clock: ports.clock,
  });
  return { throttle, limits };
}

/** The toolkit's parts that several rooms share. */
function createWeb(config: Config, secrets: Secrets, core: Core, { ids, paceMs }: Ports) {
  const issuer = new URL(config.issuer);
  const cookies = createCookies(config.cookies);
  const csrf = createCsrf({
    digest: createDigest(core.serverSecrets.csrfKey),
    ids,
    cookies,
    issuer,
  });
  const assets = createAssets({ dir: `${VIEWS}assets`, more: [rulesScript], digest: core.digest });
  const page = createPages({ dir: VIEWS, assets, csrf, issuer, product: PRODUCT });
  const cookieSigner = createCookieSigner(secrets.cookieKeys);
  const pace = createPace(paceMs ?? PACE_MS);
  return { cookies, csrf, assets, page, pace, cookieSigner };
}

/** How late the event loop may be before requests are turned away, and how many may wait for each connection. */
const LATE_MS = 250;
const WAITING = 50;

interface WatchParts {
  readonly config: Config;
  readonly core: Core;
  readonly store: EphemeralStore;
  readonly pool: Database['pool'];
  readonly ports: Ports;
}

/** How the instance fares, for who asks; and what it does about having too much to do. */
async function createWatch({ config, core, store, pool, ports }: WatchParts) {
  const { lifecycle = { stopping: false }, loop, logger } = ports;
  const canary = createCanary({ ...ports, units: core.units, trial: createWallTrial() });
  await canary.sing();
  const reachability = createReachability();
  const figures = createFigures(loop);
  const health = createHealth({
    ...{ units: core.units, reachability, store, lifecycle, figures, logger },
    isolation: { ask: canary.listen },
  });
  const saturation = createSaturationGate({
    delay: () => loop?.mean() ?? 0,
    waiting: () => pool.waitingCount,
    limits: { delay: LATE_MS, waiting: WAITING * config.database.poolSize },
    open: DOCUMENTS,
    logger,
  });
  return { health: createHealthApi({ health }), saturation, canary };
}

/** How many rows a round may remove: few enough for one statement's time. */
const SWEEP = 1000;

function sweepOf(throttle: Throttle): Job {
  return { name: 'sweep-limits', every: MINUTE, run: () => throttle.sweep(SWEEP) };
}

function sweepOfApi(api: ManagementApi): Job {
  return { name: 'sweep-idempotency', every: HOUR, run: () => api.sweep(SWEEP) };
}

function jobsOfTenancy({ rooms }: Core, canary: Canary): readonly Job[] {
  return [
    { name: 'try-walls', every: HOUR, run: () => canary.sing() },
    { name: 'remove-tenants', every: HOUR, run: () => rooms.tenancy.removeDue() },
  ];
}

/** The timetable: what comes round by itself. */
function jobsOf({ rooms, keys }: Core, store: EphemeralStore, oidc: Oidc): readonly Job[] {
  return [
    { name: 'signing-keys', every: 5 * SECOND, run: () => oidc.refreshKeys() },
    { name: 'retire-keys', every: HOUR, run: () => keys.retire() },
    { name: 'sweep-ephemeral', every: MINUTE, run: async () => void (await store.sweep(SWEEP)) },
    { name: 'sweep-tokens', every: MINUTE, run: () => oidc.sweep(SWEEP) },
    { name: 'sweep-sessions', every: MINUTE, run: () => rooms.sessions.sweep(SWEEP) },
    {
      name: 'deliver-outbox',
      every: SECOND,
      run: async () => void (await rooms.outbox.deliver(oidc.logouts)),
    },
    { name: 'sweep-outbox', every: HOUR, run: () => rooms.outbox.sweep(SWEEP) },
    { name: 'sweep-lockout', every: HOUR, run: () => rooms.lockout.sweep(SWEEP) },
    { name: 'warn-of-expiry', every: HOUR, run: () => rooms.passwords.warn() },
  ];
}
