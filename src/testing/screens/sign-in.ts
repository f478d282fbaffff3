import type { Page } from '../visitor.ts';
import { demand } from './demand.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface SignInScreen {
  /** Signs in, and goes wherever that leads. */
  as(person: Credentials): Promise<Page>;
  /** Goes back to the application without signing in. */
  cancel(): Promise<Page>;
  /** What the page says is wrong, if anything. */
  readonly problem: string | undefined;
  /** The address that stands in the field already. */
  readonly login: string;
}

export function isSignIn(page: Page): boolean {
  return (
    page.heading === 'Sign in' && page.has('input[name=login]') && page.has('input[name=password]')
  );
}

export function signInScreen(page: Page): SignInScreen {
  demand(page, 'the sign-in page', isSignIn(page));
  return {
    as: ({ email, password }) => page.enter({ login: email, password }).press('#login-submit'),
    cancel: () => page.press('button.link'),
    problem: page.says('[role=alert]'),
    login: page.read('input[name=login]', 'value') ?? '',
  };
}
