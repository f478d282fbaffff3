import { z } from 'zod';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { type Cursors, pageAnswer, pageOf, pageQuery } from '#src/http/api/paging.ts';
import { Forbidden, NotFound } from '#src/kernel/faults.ts';
import { type Grant, type GrantKey, grantName, readGrantName } from './grant.ts';
import type { Grants } from './service.ts';

export interface GrantsApiDeps {
  readonly grants: Grants;
  readonly cursors: Cursors;
}

const Answer = z
  .strictObject({
    id: z.string().meta({ description: 'Names the person and the application.' }),
    tenant: z.uuid(),
    user: z.uuid(),
    client: z.string(),
    scopes: z.array(z.string()),
    claims: z.array(z.string()),
    resources: z.record(z.string(), z.array(z.string())).meta({ description: 'Scopes by API.' }),
    allowedAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When they were asked and said yes; null where nobody was asked.' }),
    inUse: z
      .boolean()
      .meta({ description: 'Whether the application holds something by it that hasn’t expired.' }),
  })
  .meta({ id: 'Grant' });

const KIND = 'grants';
const common = { tag: 'Grants', reach: 'server' } as const;

/** What people allowed applications, for those who manage. */
export function createGrantsApi({ grants, cursors }: GrantsApiDeps): readonly AnyOperation[] {
  return [
    operation({
      ...{ ...common, id: 'listGrants', method: 'GET', path: '/grants' },
      permission: 'grants:read',
      summary: 'Lists what people allowed applications.',
      query: z.strictObject({
        ...pageQuery,
        user: z.uuid().optional(),
        client: z.string().max(255).optional(),
      }),
      answer: pageAnswer(Answer),
      async run({ scope, query: { limit, cursor, user, client } }) {
        const after = cursor === undefined ? undefined : placeOf(cursors.read(scope, KIND, cursor));
        const filter = { ...(user && { user }), ...(client && { client }) };
        const page = await grants.list(scope, { ...filter, limit, ...(after && { after }) });
        const { next } = page;
        const onward = next && cursors.write(scope, KIND, [next.userId, next.clientId]);
        return { body: pageOf(page.items.map(shown), onward) };
      },
    }),
    operation({
      ...{ ...common, id: 'revokeGrant', method: 'DELETE', path: '/grants/:grant' },
      permission: 'grants:revoke',
      summary: 'Takes back what somebody allowed an application: it is asked for again.',
      params: z.strictObject({ grant: z.string().max(300) }),
      async run({ scope, params: { grant } }) {
        const revoked = await grants.revoke(scope, grant);
        if (revoked.ok) return {};
        if (revoked.reason === 'unknown') throw new NotFound('Nobody allowed that.');
        throw new Forbidden('This person has a role above yours.');
      },
    }),
  ];
}

function placeOf([user = '', client = '']: readonly string[]): GrantKey | undefined {
  return readGrantName(`${user}.${client}`);
}

function shown(grant: Grant) {
  const { tenantId, userId, clientId, allowedAt, ...allowed } = grant;
  return {
    id: grantName(grant),
    tenant: tenantId,
    user: userId,
    client: clientId,
    ...allowed,
    allowedAt: allowedAt?.toISOString() ?? null,
  };
}
