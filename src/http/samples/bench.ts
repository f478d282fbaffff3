import { ConsentPage, GonePage, NoAccessPage, SignInPage } from '#src/features/sign-in/pages.ts';
import { ErrorPage, HopPage, LogoutPage, SignedOutPage } from '#src/oidc/pages.ts';
import { FaultPage } from '../faults.ts';
import type { PageOptions, ShowPage, View } from '../page.ts';

type Show = (page: ShowPage, ctx: Parameters<ShowPage>[0]) => void;

/** A page with everything that it may be told, or with as little as it must. */
export interface Sample {
  readonly view: string;
  readonly show: Show;
}

const FORMS: PageOptions = { csrf: 'sample', formAction: 'https://flock.example.com' };
const REFERENCE = '01JDEX8QZ3V6T0K4M2N7P9RSWA';
const NOTE = { title: 'That email and password don’t match.', advice: 'Check both and try again.' };

function sample<Model extends object>(
  view: View<Model>,
  model: NoInfer<Model>,
  options: PageOptions = {},
): Sample {
  return { view: view.name, show: (page, ctx) => page(ctx, view, model, options) };
}

/** Every page, by a name of its own. `say` stands wherever a stranger's words could. */
export function samplesOf(say: (text: string) => string = (text) => text): Record<string, Sample> {
  const application = say('Flock Dashboard');
  const frame = { base: '/interaction/sample', application, host: say('flock.example.com') };
  const email = say('ada@example.com');
  const form = { action: '/session/end/confirm', xsrf: 'sample' };
  return {
    'sign-in': sample(SignInPage, frame, FORMS),
    'sign-in-hinted': sample(SignInPage, { ...frame, email }, FORMS),
    'sign-in-wrong': sample(SignInPage, { ...frame, email, note: NOTE }, { ...FORMS, status: 422 }),
    consent: sample(
      ConsentPage,
      {
        ...frame,
        email,
        asks: [
          { words: 'Know who you are', scope: 'openid' },
          { words: 'See your name', scope: 'profile' },
          { words: 'Keep its access while you are away', scope: 'offline_access' },
          { words: say('reports'), scope: say('reports') },
        ],
        resources: [{ host: say('api.example.com'), scopes: [say('read'), say('write')] }],
      },
      FORMS,
    ),
    'consent-least': sample(
      ConsentPage,
      { base: frame.base, application, asks: [], resources: [{ host: 'urn:x', scopes: ['a'] }] },
      FORMS,
    ),
    'no-access': sample(NoAccessPage, { ...frame, email }, { ...FORMS, status: 403 }),
    gone: sample(GonePage, {}, { status: 410 }),
    'gone-known': sample(GonePage, {
      application: { name: application, href: 'https://flock.example.com/' },
    }),
    'oidc-error': sample(ErrorPage, {
      error: say('invalid_redirect_uri'),
      description: say('redirect_uri did not match any of the client’s registered redirect_uris'),
      reference: REFERENCE,
    }),
    'oidc-error-ours': sample(ErrorPage, { error: 'server_error', reference: REFERENCE }),
    logout: sample(
      LogoutPage,
      { ...form, application },
      { formAction: 'https://flock.example.com' },
    ),
    'logout-least': sample(LogoutPage, form),
    'signed-out': sample(SignedOutPage, { application }),
    'signed-out-least': sample(SignedOutPage, {}),
    hop: sample(HopPage, { url: say('/auth?client_id=x&state=y&_b=1') }),
    fault: sample(FaultPage, { status: 500, code: 'internal', reference: REFERENCE }),
    'fault-missing': sample(FaultPage, { status: 404, code: 'not-found', reference: REFERENCE }),
    'fault-fields': sample(FaultPage, {
      status: 400,
      code: 'invalid-input',
      detail: say('Something that was sent doesn’t fit.'),
      fields: { [say('name')]: say('Use up to 10 characters.') },
      reference: REFERENCE,
    }),
  };
}
