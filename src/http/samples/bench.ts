import { MailboxPage, MailPage } from '#src/features/outbox/pages.ts';
import {
  ChangePasswordPage,
  ConsentPage,
  GonePage,
  NoAccessPage,
  SignInPage,
} from '#src/features/sign-in/pages.ts';
import { ErrorPage, LogoutPage, SignedOutPage } from '#src/oidc/pages.ts';
import { ReferencePage } from '../api/reference.ts';
import { FaultPage } from '../faults.ts';
import { HopPage } from '../hop.ts';
import { accountSamplesOf, COMPOSITION } from './accounts/bench.ts';
import { FORMS, MISTAKEN, NOTE, type Sample, sample } from './parts/bench.ts';

const REFERENCE = '01JDEX8QZ3V6T0K4M2N7P9RSWA';

const MEMBER = { name: 'id', kind: 'string (uuid)', isRequired: true };

/** Every page, by a name of its own. `say` stands wherever a stranger's words could. */
export function samplesOf(say: (text: string) => string = (text) => text): Record<string, Sample> {
  const application = say('Flock Dashboard');
  const frame = { base: '/interaction/sample', application, host: say('flock.example.com') };
  const email = say('ada@example.com');
  const form = { action: '/session/end/confirm', xsrf: 'sample' };
  const letter = {
    id: '01890000-0000-7000-8000-000000000001@id.example.test',
    to: email,
    subject: say('Confirm your email'),
    sent: '2030-01-01T12:00:00.000Z',
  };
  return {
    ...accountSamplesOf(say),
    'sign-in': sample(SignInPage, { ...frame, isOpen: false }, FORMS),
    'sign-in-hinted': sample(SignInPage, { ...frame, email, isOpen: true }, FORMS),
    'sign-in-wrong': sample(SignInPage, { ...frame, email, note: NOTE, isOpen: true }, MISTAKEN),
    'change-password': sample(
      ChangePasswordPage,
      { ...frame, email, policy: COMPOSITION, faults: [] },
      FORMS,
    ),
    'change-password-wrong': sample(
      ChangePasswordPage,
      { ...frame, email, policy: COMPOSITION, faults: [say('Add a digit.')] },
      MISTAKEN,
    ),
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
    'signed-out': sample(SignedOutPage, { application, told: [application, say('Flock Wiki')] }),
    'signed-out-least': sample(SignedOutPage, { told: [] }),
    'api-docs': sample(ReferencePage, {
      groups: [
        {
          ...{ name: 'People', anchor: 'people' },
          entries: [
            {
              ...{ method: 'PATCH', path: '/api/users/{id}', permission: 'users:update' },
              ...{ summary: 'Changes a person', answer: '200, User' },
              takes: [
                { words: 'In its address', members: [MEMBER] },
                {
                  words: 'In its body',
                  members: [
                    { ...MEMBER, name: 'name', isRequired: false, about: 'What they are called.' },
                  ],
                },
              ],
            },
          ],
        },
      ],
      shapes: [{ name: 'User', members: [MEMBER] }],
    }),
    hop: sample(HopPage, { url: say('/auth?client_id=x&state=y&_b=1') }),
    'dev-mailbox': sample(MailboxPage, { mails: [letter] }),
    'dev-mailbox-empty': sample(MailboxPage, { mails: [] }),
    'dev-mail': sample(MailPage, {
      ...letter,
      from: say('Flock <no-reply@example.com>'),
      pieces: [
        { text: say('Confirm it:\n') },
        { text: say('http://x/verify'), path: say('verify') },
      ],
    }),
    fault: sample(FaultPage, { status: 500, code: 'internal', reference: REFERENCE }),
    'fault-missing': sample(FaultPage, { status: 404, code: 'not-found', reference: REFERENCE }),
    'fault-too-many': sample(FaultPage, {
      ...{ status: 429, code: 'too-many', reference: REFERENCE },
      detail: 'Wait 45 seconds, then try again.',
    }),
    'fault-fields': sample(FaultPage, {
      status: 400,
      code: 'invalid-input',
      detail: say('Something that was sent doesn’t fit.'),
      fields: { [say('name')]: say('Use up to 10 characters.') },
      reference: REFERENCE,
    }),
  };
}
