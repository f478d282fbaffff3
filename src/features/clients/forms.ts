import { z } from 'zod';
import { KINDS } from './client.ts';

/** What the management API reads of a client, and shows. Whether it can be, the policy judges. */

const uris = z.array(z.string().max(2000)).max(100);
const words = z.array(z.string().max(200)).max(100);
const keySet = z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).max(10) });

const settings = {
  name: z.string().max(1000),
  firstParty: z.boolean().meta({ description: 'It is ours: nobody is asked for consent.' }),
  redirectUris: uris,
  postLogoutRedirectUris: uris,
  corsOrigins: uris,
  scopes: words,
  resources: uris.meta({ description: 'The APIs it may ask tokens for (RFC 8707).' }),
  requirePkce: z.boolean(),
  requirePar: z.boolean(),
  dpopBound: z.boolean(),
  claimsAtUserinfo: z.boolean(),
  idTokenAlg: z.string().max(20).meta({ description: 'RS256 or ES256.' }),
};

export const ClientAnswer = z
  .strictObject({
    id: z.string().meta({ description: 'Its client_id.' }),
    tenant: z.uuid().nullable().meta({ description: 'Null where all tenants share it.' }),
    kind: z.enum(KINDS),
    status: z.enum(['active', 'disabled']),
    ...settings,
    backchannelLogoutUri: z.string().nullable(),
    jwks: keySet.nullable().meta({ description: 'Its public keys, for private_key_jwt.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Client' });

export const CreatedClientAnswer = ClientAnswer.extend({
  secret: z.string().optional().meta({ description: 'Shown this once.' }),
}).meta({ id: 'CreatedClient' });

const optional = z.strictObject(settings).partial();

export const ClientBody = optional.extend({
  kind: z.enum(KINDS),
  name: settings.name,
  backchannelLogoutUri: z.string().max(2000).optional(),
  jwks: keySet.optional(),
});

export const ClientChangesBody = optional.extend({
  backchannelLogoutUri: z.string().max(2000).nullable().optional(),
  jwks: keySet.nullable().optional(),
});

export const SecretAnswer = z
  .strictObject({
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ClientSecret' });

export const MadeSecretAnswer = SecretAnswer.extend({
  secret: z.string().meta({ description: 'Shown this once.' }),
}).meta({ id: 'CreatedClientSecret' });
