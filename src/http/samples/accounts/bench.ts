import { SignInFirstPage } from '#src/features/account/gate.ts';
import * as account from '#src/features/account/pages.ts';
import * as change from '#src/features/email-change/pages.ts';
import * as lockout from '#src/features/lockout/pages.ts';
import * as recovery from '#src/features/recovery/pages.ts';
import * as registration from '#src/features/registration/pages.ts';
import * as verification from '#src/features/verification/pages.ts';
import { FORMS, MISTAKEN, NOTE, type Sample, sample } from '../parts/bench.ts';

/** The pages beside sign-in, as people come to them. */
export function accountSamplesOf(say: (text: string) => string): Record<string, Sample> {
  const application = { name: say('Flock Dashboard'), href: 'https://flock.example.com/' };
  return {
    ...registering(say, application),
    ...verifying(say, application),
    ...recovering(say, application),
    ...changing(say, application),
    ...looking(say, application),
    'unlock-open': sample(lockout.OpenPage, { email: say('ada@example.com') }, FORMS),
    'unlock-opened': sample(lockout.OpenedPage, { email: say('ada@example.com'), application }),
    'unlock-opened-least': sample(lockout.OpenedPage, { email: 'ada@example.com' }),
    'unlock-over': sample(lockout.OverPage, {}),
  };
}

type Say = (text: string) => string;
type Application = { readonly name: string; readonly href: string };

export const COMPOSITION = { rules: 'composition', minLength: 12, days: 90 } as const;
const NIST = { rules: 'nist', minLength: 15, days: null } as const;

function registering(say: Say, application: Application): Record<string, Sample> {
  const blank = {
    organisation: say('Flock'),
    address: '',
    name: '',
    isInvited: false,
    domains: [],
    policy: COMPOSITION,
    fields: {},
    faults: [],
  };
  const typed = { ...blank, address: say('ada@example.com'), name: say('Ada') };
  const { RegisterPage, ClosedPage, InvitationGonePage, WelcomePage } = registration;
  return {
    register: sample(
      RegisterPage,
      { ...blank, application: application.name, base: '/interaction/sample', policy: NIST },
      FORMS,
    ),
    'register-domain': sample(
      RegisterPage,
      { ...blank, tenant: say('flock'), domains: [say('flock.example'), 'wing.example'] },
      FORMS,
    ),
    'register-wrong': sample(
      RegisterPage,
      {
        ...typed,
        note: NOTE,
        fields: { email: say('This is not an e-mail address.'), name: say('Use 1 to 200.') },
        faults: [say('Use at least 12 characters.'), 'Add a digit.'],
      },
      MISTAKEN,
    ),
    'register-invited': sample(RegisterPage, { ...typed, isInvited: true }, FORMS),
    'register-closed': sample(ClosedPage, { byInvitation: false, application }),
    'register-by-invitation': sample(ClosedPage, { byInvitation: true }),
    'invitation-gone': sample(InvitationGonePage, {}),
    welcome: sample(WelcomePage, { email: say('ada@example.com'), application }),
    'welcome-least': sample(WelcomePage, { email: 'ada@example.com' }),
  };
}

function verifying(say: Say, application: Application): Record<string, Sample> {
  const email = say('ada@example.com');
  const { WaitingPage, ConfirmPage, ConfirmedPage } = verification;
  return {
    waiting: sample(WaitingPage, { email, base: '/interaction/sample' }, { ...FORMS, asks: true }),
    'waiting-wrong': sample(WaitingPage, { email, note: NOTE }, { ...MISTAKEN, asks: true }),
    'waiting-resent': sample(WaitingPage, { email, isResent: true }, { ...FORMS, asks: true }),
    'no-wait': sample(verification.NoWaitPage, {}),
    confirm: sample(ConfirmPage, { email, asksPassword: false }, FORMS),
    'confirm-elsewhere': sample(ConfirmPage, { email, asksPassword: true, note: NOTE }, MISTAKEN),
    confirmed: sample(ConfirmedPage, { application, isElsewhere: true }),
    'confirmed-least': sample(ConfirmedPage, {}),
    'confirmed-before': sample(ConfirmedPage, { wasBefore: true, application }),
    'verify-expired': sample(verification.ExpiredPage, {}, FORMS),
    'verify-renewed': sample(verification.RenewedPage, {}),
    'verify-unknown': sample(verification.UnknownLinkPage, {}),
  };
}

function recovering(say: Say, application: Application): Record<string, Sample> {
  const email = say('ada@example.com');
  const faults = [say('You have used this password before.')];
  const { RequestPage, SentPage, PasswordPage, DeadLinkPage, DonePage } = recovery;
  return {
    forgot: sample(RequestPage, {}, FORMS),
    'forgot-filled': sample(RequestPage, { email }, FORMS),
    'forgot-sent': sample(SentPage, { application }),
    'forgot-sent-least': sample(SentPage, {}),
    reset: sample(PasswordPage, { email, policy: COMPOSITION, faults: [] }, FORMS),
    'reset-wrong': sample(PasswordPage, { email, policy: NIST, faults, note: NOTE }, MISTAKEN),
    'reset-dead': sample(DeadLinkPage, { title: 'This link has expired', advice: 'Links work.' }),
    'reset-done': sample(DonePage, { application }),
    'reset-done-least': sample(DonePage, {}),
  };
}

function changing(say: Say, application: Application): Record<string, Sample> {
  const addresses = { oldEmail: say('ada@example.com'), newEmail: say('ada@new.example') };
  const { AskPage, SentPage, LinkPages, DonePages, DeadLinkPage } = change;
  return {
    'email-ask': sample(AskPage, { email: addresses.oldEmail }, FORMS),
    'email-ask-wrong': sample(
      AskPage,
      { email: addresses.oldEmail, newEmail: addresses.newEmail, note: NOTE },
      MISTAKEN,
    ),
    'email-sent': sample(SentPage, { application }),
    'email-sent-least': sample(SentPage, {}),
    'email-confirm': sample(LinkPages.confirm, addresses, FORMS),
    'email-undo': sample(LinkPages.undo, addresses, FORMS),
    'email-confirmed': sample(DonePages.confirm, { application }),
    'email-confirmed-least': sample(DonePages.confirm, {}),
    'email-undone': sample(DonePages.undo, {}),
    'email-dead': sample(DeadLinkPage, {
      kind: 'confirm',
      title: 'This link has expired',
      advice: 'Links work.',
    }),
  };
}

function looking(say: Say, application: Application): Record<string, Sample> {
  const email = say('ada@example.com');
  const signedIn = { iso: '2030-01-01T09:14:00.000Z', words: '1 January 2030 at 09:14 UTC' };
  const seen = (words: string) => ({ iso: '2030-01-01T12:00:00.000Z', words });
  const least = { signedIn, lastSeen: seen('just now'), applications: [] };
  const own = { ...least, uid: 'here', isPresent: true, browser: say('Firefox on Windows') };
  const others = [
    {
      ...{ ...least, uid: say('phone'), isPresent: false, browser: say('Safari on iPhone') },
      address: say('203.0.113.9'),
      lastSeen: seen('3 hours ago'),
      how: 'password and one-time code',
      applications: [say('Flock Dashboard'), 'Flock Wiki'],
    },
    { ...least, uid: 'bare', isPresent: false, browser: 'Unknown browser' },
  ];
  const purpose = 'to see where you are signed in';
  const { SessionsPage, SignedOutPage } = account;
  return {
    sessions: sample(SessionsPage, { email, entries: [own, ...others] }, FORMS),
    'sessions-ended': sample(
      SessionsPage,
      { email, entries: [own, ...others], done: 'You signed out 1 browser.' },
      FORMS,
    ),
    'sessions-one': sample(SessionsPage, { email, entries: [own] }, FORMS),
    'account-signed-out': sample(SignedOutPage, { application }),
    'account-signed-out-least': sample(SignedOutPage, {}),
    'sign-in-first': sample(SignInFirstPage, { purpose, application }),
    'sign-in-first-least': sample(SignInFirstPage, { purpose }),
  };
}
