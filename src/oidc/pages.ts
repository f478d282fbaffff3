import type { Context } from 'koa';
import { hop } from '#src/http/hop.ts';
import { type ShowPage, view } from '#src/http/page.ts';
import { requestIdOf } from '#src/http/request-id.ts';
import { Unavailable } from '#src/kernel/faults.ts';
import type { Configuration, EngineContext } from './engine.ts';
import { formTargetOf } from './form-target.ts';
import type { NoteBook } from './notes.ts';

export const ErrorPage = view<{ error: string; description?: string; reference: string }>(
  'oidc/error',
);
/** The form posts `xsrf` and, from the button that says yes, `logout=yes` to `action`. */
export const LogoutPage = view<{ action: string; xsrf: string; application?: string }>(
  'oidc/logout',
);
export const SignedOutPage = view<{ application?: string; told: readonly string[] }>(
  'oidc/signed-out',
);

type Logout = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>;

/** The provider's own pages: each stands where the engine has one. */
export interface Screens {
  readonly error: NonNullable<Configuration['renderError']>;
  readonly logout: NonNullable<Logout['logoutSource']>;
  readonly signedOut: NonNullable<Logout['postLogoutSuccessSource']>;
  hop(context: Context, url: string): void;
}

export function createScreens(page: ShowPage, notes: NoteBook, told: Told): Screens {
  return {
    error(context, out, fault) {
      notes.of(context).fault = fault;
      if (fault instanceof Unavailable) context.set('Retry-After', String(fault.retryAfter));
      const status = fault instanceof Unavailable ? 503 : context.status;
      page(plain(context), ErrorPage, errorModel(context, out, fault), { status });
    },

    logout(context) {
      const { secret, postLogoutRedirectUri: target } = context.oidc.session?.state ?? {};
      page(
        plain(context),
        LogoutPage,
        {
          action: new URL(context.oidc.urlFor('end_session_confirm')).pathname,
          xsrf: String(secret),
          ...applicationOf(context),
        },
        typeof target === 'string' ? { formAction: formTargetOf(target) } : {},
      );
    },

    async signedOut(context) {
      const names = await told.take(plain(context));
      page(plain(context), SignedOutPage, { ...applicationOf(context), told: names });
    },

    hop(context, url) {
      hop(page, context, url);
    },
  };
}

/** Which applications hear of the sign-out that a page confirms. */
interface Told {
  take(ctx: Context): Promise<readonly string[]>;
}

interface Out {
  readonly error: string;
  readonly error_description?: string | undefined;
}

function errorModel(context: EngineContext, out: Out, fault: unknown) {
  const reference = requestIdOf(context);
  if (fault instanceof Unavailable) return { error: 'temporarily_unavailable', reference };
  const description = out.error_description;
  return { error: out.error, ...(description && { description }), reference };
}

function applicationOf(context: EngineContext) {
  const name = context.oidc.client?.clientName;
  return name === undefined ? {} : { application: name };
}

/** The engine's context is a Koa context with more in it. */
export function plain(context: EngineContext): Context {
  return context;
}
