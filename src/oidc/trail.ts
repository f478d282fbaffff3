import type { Next } from 'koa';
import type { Action, Audit, AuditEvent } from '#src/features/audit/index.ts';
import { callerOf } from '#src/http/caller.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Logger } from '#src/kernel/ports.ts';
import { ownMetadata } from './client-metadata.ts';
import type { Engine, EngineContext } from './engine.ts';
import type { NoteBook } from './notes.ts';
import { plain } from './pages.ts';

export interface TrailDeps {
  readonly audit: Pick<Audit, 'recordAlone'>;
  readonly notes: NoteBook;
  readonly logger: Logger;
}

/**
 * Keeps the provider's part of the audit log (R9.1).
 *
 * What the engine does in one of our transactions is recorded there; the rest is recorded here, after
 * the engine is done and before the answer leaves: without the entry there is no answer. And it turns
 * the engine's `server_error` into 503 where a store was away, so that clients try again (R2.6).
 */
export function createTrail({ audit, notes, logger }: TrailDeps) {
  return async (context: EngineContext, next: Next): Promise<void> => {
    await next();
    if (!context.oidc?.route) return;
    answerUnavailable(context, notes.of(context).fault);
    const event = eventOf(context, notes.of(context).audited === true);
    if (!event) return;
    await audit.recordAlone({ ...event, origin: callerOf(plain(context)) });
  };

  function answerUnavailable(context: EngineContext, fault: unknown): void {
    if (fault === undefined) return;
    if (!(fault instanceof Unavailable)) {
      if (context.status >= 500) logger.error({ err: fault }, 'the provider failed');
      return;
    }
    context.status = 503;
    context.set('Retry-After', String(fault.retryAfter));
    logger.warn({ err: fault }, 'a store is away');
  }
}

/** Lets the engine's failures reach the trail; its listeners are synchronous and must not throw. */
export function listen(engine: Engine, notes: NoteBook): void {
  engine.on('server_error', (context, fault) => {
    notes.of(context).fault = fault;
  });
}

function eventOf(context: EngineContext, audited: boolean): AuditEvent | undefined {
  const { route, entities } = context.oidc;
  switch (route) {
    case 'token':
      if (context.status >= 400) return refusedEvent(context, 'token.refused');
      return audited ? undefined : issuedEvent(context);
    case 'authorization':
    case 'resume':
      return entities.AuthorizationCode ? authorizedEvent(context) : undefined;
    case 'revocation':
      return context.status === 200 && (entities.RefreshToken || entities.AccessToken)
        ? clientEvent(context, 'token.revoked', 'success')
        : undefined;
    default:
      return undefined;
  }
}

function refusedEvent(context: EngineContext, action: Action): AuditEvent | undefined {
  if (context.status >= 500) return undefined;
  const body = context.body as { error?: string } | undefined;
  return clientEvent(context, action, body?.error ?? 'refused');
}

function issuedEvent(context: EngineContext): AuditEvent {
  const account = context.oidc.entities.Account;
  if (!account) return clientEvent(context, 'token.issued', 'success');
  return { ...personEvent(context, 'token.issued'), outcome: 'success' };
}

function authorizedEvent(context: EngineContext): AuditEvent {
  return { ...personEvent(context, 'authorization.granted'), outcome: 'success' };
}

function clientEvent(context: EngineContext, action: Action, outcome: string): AuditEvent {
  const { client } = context.oidc;
  const tenant = client && ownMetadata(client).avian_tenant_id;
  return {
    action,
    outcome,
    actor: client
      ? { kind: 'client', id: client.clientId, ...(tenant && { tenantId: tenantId(tenant) }) }
      : { kind: 'visitor' },
    ...(tenant && { tenantId: tenantId(tenant) }),
    details: { grant: context.oidc.params?.['grant_type'] },
  };
}

function personEvent(context: EngineContext, action: Action): Omit<AuditEvent, 'outcome'> {
  const { account, client } = context.oidc;
  const tenant = tenantId(String(account?.['tenantId']));
  return {
    action,
    actor: { kind: 'user', id: userId(account?.accountId ?? ''), tenantId: tenant },
    tenantId: tenant,
    resource: { type: 'client', id: client?.clientId ?? '' },
  };
}
