import type { Router } from '@koa/router';
import {
  createAccess,
  createAccessApi,
  createGate,
  createIdempotency,
  PERMISSIONS,
} from '#src/features/access/index.ts';
import {
  createAuditApi,
  createAuditExport,
  createAuditReading,
  createReadingStore,
} from '#src/features/audit/index.ts';
import { createClientsApi } from '#src/features/clients/index.ts';
import { createGrantsApi } from '#src/features/grants/index.ts';
import { createResourcesApi } from '#src/features/resources/index.ts';
import { createTenantApi } from '#src/features/tenancy/index.ts';
import type { Limits } from '#src/features/throttle/index.ts';
import { createWebhooksApi } from '#src/features/webhooks/index.ts';
import { describeApi } from '#src/http/api/openapi.ts';
import type { AnyOperation } from '#src/http/api/operation.ts';
import { type Cursors, createCursors } from '#src/http/api/paging.ts';
import { createReferencePages } from '#src/http/api/reference.ts';
import { createApiRouter } from '#src/http/api/router.ts';
import type { ShowPage } from '#src/http/page.ts';
import type { EphemeralStore } from '#src/infra/ephemeral/port.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import type { Oidc } from '#src/oidc/index.ts';
import type { Core } from './core.ts';
import type { Events } from './events.ts';
import { peopleOperations } from './people.ts';

/** What the rooms' operations are made of. */
export interface ApiServices {
  readonly core: Core;
  readonly store: EphemeralStore;
  readonly oidc: Oidc;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cursors: Cursors;
  readonly events: Pick<Events, 'webhooks' | 'stream'>;
  /** Where links in mails lead (D19). */
  readonly issuer: string;
}

/** Every operation of the management API, a room a line. */
export function operationsOf(services: ApiServices): readonly AnyOperation[] {
  return [
    ...createAccessApi(),
    ...createTenantApi({ tenants: services.core.rooms.tenantDesk, cursors: services.cursors }),
    ...peopleOperations(services),
    ...applicationOperations(services),
    ...auditOperations(services),
    ...createWebhooksApi({ ...services.events, cursors: services.cursors }),
  ];
}

function applicationOperations({ core, cursors }: ApiServices): readonly AnyOperation[] {
  const { clientAdministration: administration, clientSecrets: secrets, ...rooms } = core.rooms;
  return [
    ...createClientsApi({ administration, secrets, cursors }),
    ...createResourcesApi({ resources: rooms.resources, cursors }),
    ...createGrantsApi({ grants: rooms.grants, cursors }),
  ];
}

function auditOperations({ core, clock, cursors }: ApiServices): readonly AnyOperation[] {
  const parts = { units: core.units, store: createReadingStore(), audit: core.rooms.audit, clock };
  const [reading, exports] = [createAuditReading(parts), createAuditExport(parts)];
  return createAuditApi({ reading, exports, cursors });
}

export interface ManagementParts extends Omit<ApiServices, 'cursors'> {
  readonly limits: Limits;
  readonly logger: Logger;
  readonly page: ShowPage;
  /** Whether each answer is held against the shape it is promised to have. */
  readonly checks?: boolean;
}

export interface ManagementApi {
  readonly operations: readonly AnyOperation[];
  /** What the API says of itself, open to everybody; then its operations, behind the gate. */
  readonly routers: readonly Router[];
  /** Removes idempotency keys that stand for nothing any more; called by the timetable. */
  sweep(limit: number): Promise<void>;
}

/** The management API, whole (R25). It knows no cookie, so no form of another site can use it, and answers no other origin. */
export function createManagementApi(parts: ManagementParts): ManagementApi {
  const { core, oidc } = parts;
  const { rooms, stores, digest } = core;
  const operations = operationsOf({ ...parts, cursors: createCursors({ digest }) });
  const access = createAccess({ ...core, ...rooms, tenants: stores.tenants });
  const gate = createGate({ ...parts, access, tokens: oidc.accessTokens });
  const keys = createIdempotency({ ...core, ...parts, store: stores.idempotency });
  const document = describeApi(operations, PERMISSIONS);
  return {
    operations,
    routers: [
      createReferencePages({ ...parts, document }),
      createApiRouter({ ...parts, operations, gate, keys }),
    ],
    sweep: (limit) => keys.sweep(limit),
  };
}
