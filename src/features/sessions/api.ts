import { z } from 'zod';
import { managedFaultOf } from '#src/features/users/index.ts';
import { type AnyOperation, operation } from '#src/http/api/operation.ts';
import { NotFound } from '#src/kernel/faults.ts';
import { userId } from '#src/kernel/ids.ts';
import type { AdminScope } from '#src/kernel/scope.ts';
import type { LiveSession } from './live.ts';
import type { Oversight } from './oversight.ts';

export interface SessionsApiDeps {
  readonly oversight: Oversight;
}

const SessionAnswer = z
  .strictObject({
    id: z.string(),
    signedInAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    endsAt: z.iso.datetime().meta({ description: 'If nobody uses it meanwhile.' }),
    address: z.string().optional(),
    browser: z.strictObject({ family: z.string(), platform: z.string() }),
    methods: z.array(z.string()).meta({ description: 'How they proved who they are: `amr`.' }),
    applications: z.array(z.string()).meta({ description: 'Ids of applications it is in.' }),
  })
  .meta({ id: 'Session' });

const Person = z.strictObject({ user: z.uuid() });
const Sessions = z.strictObject({ items: z.array(SessionAnswer) });
const TAG = 'Sessions';

/** Where people are signed in, for those who manage them. */
export function createSessionsApi({ oversight }: SessionsApiDeps): readonly AnyOperation[] {
  async function listed(scope: AdminScope, user: string) {
    const found = await oversight.list(scope, idOf(user));
    if (!found.ok) throw managedFaultOf(found.reason);
    return { body: { items: found.value.map(shown) } };
  }
  return [
    operation({
      id: 'listSessions',
      method: 'GET',
      path: '/sessions',
      permission: 'sessions:read',
      tag: TAG,
      summary: 'Lists where a person is signed in, the latest used first.',
      query: Person,
      answer: Sessions,
      run: ({ scope, query }) => listed(scope, query.user),
    }),
    operation({
      id: 'listUserSessions',
      method: 'GET',
      path: '/users/:user/sessions',
      permission: 'sessions:read',
      tag: TAG,
      summary: 'Lists where a person is signed in, the latest used first.',
      params: Person,
      answer: Sessions,
      run: ({ scope, params }) => listed(scope, params.user),
    }),
    ...ending(oversight),
  ];
}

function ending(oversight: Oversight): readonly AnyOperation[] {
  return [
    operation({
      id: 'endUserSession',
      method: 'DELETE',
      path: '/users/:user/sessions/:session',
      permission: 'sessions:end',
      tag: TAG,
      summary: 'Signs a person out of one browser.',
      params: Person.extend({ session: z.string().min(1).max(200) }),
      async run({ scope, params: { user, session } }) {
        const ended = await oversight.end(scope, idOf(user), session);
        if (ended.ok) return {};
        throw ended.reason === 'gone'
          ? new NotFound('They have no such session.')
          : managedFaultOf(ended.reason);
      },
    }),
    operation({
      id: 'endUserSessions',
      method: 'POST',
      path: '/users/:user/sessions/end',
      permission: 'sessions:end',
      tag: TAG,
      summary: 'Signs a person out everywhere, refresh tokens of applications included.',
      params: Person,
      async run({ scope, params }) {
        const ended = await oversight.endAll(scope, idOf(params.user));
        if (!ended.ok) throw managedFaultOf(ended.reason);
        return {};
      },
    }),
  ];
}

function idOf(user: string) {
  return userId(user.toLowerCase());
}

function shown({ uid, how, signedInAt, lastSeenAt, endsAt, browser, ...session }: LiveSession) {
  const { address, applications } = session;
  return {
    id: uid,
    signedInAt: signedInAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    endsAt: endsAt.toISOString(),
    ...(address !== undefined && { address }),
    browser,
    methods: how,
    applications,
  };
}
