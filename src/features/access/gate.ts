import type { Context, Middleware } from 'koa';
import type { Limits } from '#src/features/throttle/index.ts';
import type { Operation } from '#src/http/api/operation.ts';
import { callerOf } from '#src/http/caller.ts';
import {
  type Fault,
  Forbidden,
  InvalidInput,
  NotFound,
  Unauthenticated,
} from '#src/kernel/faults.ts';
import { refused } from '#src/kernel/outcome.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import { normaliseName } from '#src/kernel/text.ts';
import type { Asked } from './events.ts';
import { isPermission } from './permissions.ts';
import type { Access, Admission } from './service.ts';
import type { Presented, Proven, TokenVerifier, Unproven } from './tokens.ts';
import type { Named } from './verdict.ts';

/** What the gate must know of an operation. */
export type Guarded = Pick<Operation, 'id' | 'permission' | 'reach'>;

export interface Gate {
  /**
   * Lets a request through to an operation where its token proves who asks, they hold the operation's permission,
   * and the tenant is theirs or one they may reach; and counts it. Throws a TypeError for an operation whose
   * permission is none there is: such a route is not opened at all.
   */
  require(operation: Guarded): Middleware;
  /** On whose behalf a request runs that was let through; a TypeError for any other. */
  scopeOf(ctx: Context): AdminScope;
}

export interface GateDeps {
  readonly tokens: TokenVerifier;
  readonly access: Access;
  readonly limits: Pick<Limits, 'spend'>;
  /** What challenges name as their realm. */
  readonly issuer: string;
}

/** The one way into the management API (R3.5, R5.2). */
export function createGate(deps: GateDeps): Gate {
  const { access, limits } = deps;
  const admitted = new WeakMap<Context, AdminScope>();
  const prove = createProver(deps);

  return {
    require({ id, permission, reach = 'tenant' }) {
      if (!isPermission(permission)) throw new TypeError(`${id} takes no permission there is`);
      return async (ctx, next) => {
        const asked = { operation: id, permission };
        const proven = await prove(ctx, asked);
        await limits.spend(ctx, 'api', { caller: nameOf(proven) });
        const reason = reasonOf(ctx);
        const wanted = {
          ...{ ...asked, reach, tenants: takeNamed(ctx) },
          ...(reason !== undefined && { reason }),
        };
        const admission = await access.admit({ proven, wanted, origin: callerOf(ctx) });
        if (!admission.admitted) throw refusal(ctx, admission, permission);
        admitted.set(ctx, admission.scope);
        await next();
      };
    },

    scopeOf(ctx) {
      const scope = admitted.get(ctx);
      if (!scope) throw new TypeError('Nobody was let through to this operation');
      return scope;
    },
  };

  function refusal(ctx: Context, admission: Refused, permission: string): Fault {
    if (admission.why === 'token-void') return unauthenticated(ctx, deps.issuer, 'token-void');
    if (LACKS.has(admission.why)) {
      challenge(ctx, deps.issuer, { error: 'insufficient_scope', scope: permission });
    }
    return faultOf(admission, permission);
  }
}

type Refused = Extract<Admission, { admitted: false }>;

const LACKS: ReadonlySet<Refused['why']> = new Set(['role', 'scope', 'no-tenant']);

/** RFC 9110 §11.4: the scheme in any letters, then what it takes. */
const CREDENTIALS = /^(bearer|dpop) +([^\s,]+)$/i;

/** Finds out what a request's token proves. What fails is counted by its address, and answered with 401 (P4). */
function createProver({ tokens, access, limits, issuer }: GateDeps) {
  return async (ctx: Context, asked: Asked): Promise<Proven> => {
    const presented = presentedBy(ctx);
    const outcome =
      typeof presented === 'string' ? refused(presented) : await tokens.prove(presented);
    if (outcome.ok) return outcome.value;
    const { reason } = outcome;
    await limits.spend(ctx, 'api-refused', {});
    if (reason !== 'absent') await access.turnAway(reason, asked, callerOf(ctx));
    throw unauthenticated(ctx, issuer, reason);
  };
}

/** The token in a request's one Authorization header: nowhere else is any looked for (RFC 9700 §4.3.2). */
function presentedBy(ctx: Context): Presented | 'absent' | 'malformed' {
  const [said, ...others] = all(ctx, 'authorization');
  if (said === undefined) return 'absent';
  // Of two, each could be the one that something else reads.
  const [, scheme = '', token = ''] = (others.length === 0 && CREDENTIALS.exec(said)) || [];
  if (token === '') return 'malformed';
  return {
    scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    token,
    proofs: all(ctx, 'dpop'),
    method: ctx.method,
    path: ctx.path,
  };
}

/** Why a request is nobody's, in words for whoever wrote the program that sent it. */
const UNPROVEN: Readonly<Record<Unproven | 'absent' | 'token-void', string>> = {
  absent: 'Send an access token for urn:avian:api.',
  malformed: 'This is no access token.',
  invalid: 'This token is not for this API, or not for this time.',
  'client-gone': 'The application that got this token may not use it here.',
  'session-ended': 'The session of this token has ended.',
  binding: 'This token is to be sent the way it was issued: bound to a key, or not.',
  proof: 'The proof of possession does not fit.',
  'token-void': 'What this token says of its tenant does not hold.',
};

function unauthenticated(
  ctx: Context,
  issuer: string,
  why: keyof typeof UNPROVEN,
): Unauthenticated {
  const detail = UNPROVEN[why];
  const error = why === 'proof' ? 'invalid_dpop_proof' : 'invalid_token';
  // Who brought nothing is told how to ask, and no error (RFC 6750 §3.1).
  challenge(ctx, issuer, why === 'absent' ? {} : { error, error_description: detail });
  return new Unauthenticated(detail);
}

/** Says which tokens are taken, and what was wrong with the one that came (RFC 6750 §3, RFC 9449 §7.1). */
function challenge(ctx: Context, issuer: string, said: Readonly<Record<string, string>>): void {
  const told = Object.entries({ realm: issuer, ...said }).map(
    ([name, text]) => `${name}="${text}"`,
  );
  ctx.set('WWW-Authenticate', [
    `Bearer ${told.join(', ')}`,
    `DPoP ${[...told, 'algs="ES256 EdDSA"'].join(', ')}`,
  ]);
}

/** What a limit counts: nobody else is called so, and nobody can say so who is not. */
function nameOf({ person, client }: Proven): string {
  return person ? `user ${person.id}` : `client ${client.id}`;
}

/** The tenants a request names, in its path, its query and its header; what names one is taken out of the query. */
function takeNamed(ctx: Context): readonly Named[] {
  const query = new URLSearchParams(ctx.querystring);
  const asked = query.getAll('tenant');
  if (asked.length > 0) {
    query.delete('tenant');
    ctx.querystring = query.toString();
  }
  const path = (ctx['params'] as Readonly<Record<string, string>> | undefined)?.['tenant'];
  return [
    ...(path === undefined ? [] : [{ where: 'path', id: path } as const]),
    ...asked.map((id) => ({ where: 'query', id }) as const),
    ...all(ctx, 'avian-tenant').map((id) => ({ where: 'header', id }) as const),
  ];
}

const LONGEST_REASON = 200;

/** Why a super_admin reaches out, as they wrote it; `undefined` where that says nothing, or too much. */
function reasonOf(ctx: Context): string | undefined {
  const [said = '', ...others] = all(ctx, 'avian-reason');
  const reason = normaliseName(Buffer.from(said, 'latin1').toString('utf8'));
  const isOne = others.length === 0 && reason !== '' && reason.length <= LONGEST_REASON;
  return isOne ? reason : undefined;
}

/** Every header of that name there is: joined or dropped, several could pass for one. */
function all(ctx: Context, name: string): readonly string[] {
  return ctx.req.headersDistinct[name] ?? [];
}

function faultOf({ why, where }: Refused, permission: string): Fault {
  switch (why) {
    case 'role':
      return new Forbidden(`Your role does not hold the permission ${permission}.`);
    case 'scope':
      return new Forbidden(`Your token is not for the permission ${permission}.`);
    case 'no-tenant':
      return new Forbidden('This application belongs to no tenant: there is nothing it manages.');
    case 'reason-missing':
      return new InvalidInput('Say why you work in a tenant that is not yours.', {
        'Avian-Reason': `Send 1 to ${LONGEST_REASON} written characters.`,
      });
    case 'several-tenants':
      return new InvalidInput('Name one tenant.', { tenant: 'Name it once.' });
    case 'another-tenant':
      // What a path names is a thing that is there or not, and another's is not (R16.2).
      return where === 'path' ? missing() : new Forbidden('This tenant is not yours.');
    default:
      return missing();
  }
}

function missing(): NotFound {
  return new NotFound('There is no such tenant.');
}
