import { describe, expect, it } from 'vitest';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import { entryOf } from './entry.ts';
import type { AuditEvent } from './event.ts';

const TENANT = tenantId('01890000-0000-7000-8000-000000000001');
const USER = userId('01890000-0000-7000-8000-000000000002');
const at = new Date('2026-01-02T03:04:05.678Z');
const system: Scope = { kind: 'system', job: 'test' };
const event: AuditEvent = {
  action: 'user.updated',
  outcome: 'success',
  actor: { kind: 'visitor' },
};

describe('entryOf', () => {
  it('names the tenant of the unit where the event names none', () => {
    const scope: Scope = { kind: 'tenant', tenantId: TENANT, actor: 'visitor' };
    expect(entryOf(event, { id: 'i', at, scope }).tenantId).toBe(TENANT);
    expect(entryOf(event, { id: 'i', at, scope: system }).tenantId).toBeUndefined();
  });

  it('carries the actor with the tenant the actor belongs to', () => {
    const actor = { kind: 'user', id: USER, tenantId: TENANT } as const;
    expect(entryOf({ ...event, actor }, { id: 'i', at, scope: system })).toMatchObject({
      actorKind: 'user',
      actorId: USER,
      actorTenantId: TENANT,
    });
  });

  it('takes what a stranger sent and keeps it within the column', () => {
    const entry = entryOf(
      {
        ...event,
        actor: { kind: 'client', id: `\0${'c'.repeat(5000)}`, tenantId: tenantId('no-uuid') },
        tenantId: tenantId("'; drop"),
        resource: { type: 'client', id: '\ud800' },
        origin: { address: '1'.repeat(999), userAgent: 'a\r\nb', requestId: 'r\u0007' },
      },
      { id: 'i', at, scope: system },
    );
    expect(entry).toMatchObject({
      tenantId: undefined,
      actorTenantId: undefined,
      resourceId: '\ufffd',
      userAgent: 'a\ufffd\ufffdb',
      requestId: 'r\ufffd',
    });
    expect(entry.actorId).toHaveLength(255);
    expect(entry.address).toHaveLength(100);
  });

  it('does not take a secret by name', () => {
    // @ts-expect-error A password is no detail.
    const wrong: AuditEvent = { ...event, details: { password: 'hunter2' } };
    expect(JSON.stringify(entryOf(wrong, { id: 'i', at, scope: system }))).not.toContain('hunter2');
  });
});
