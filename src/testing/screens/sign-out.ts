import type { Page } from '../visitor.ts';
import { demand } from './demand.ts';

export interface SignOutScreen {
  readonly text: string;
  yes(): Promise<Page>;
  no(): Promise<Page>;
}

/** The question whether to sign out. */
export function isSignOut(page: Page): boolean {
  return page.has('#logout-yes') && page.has('#logout-no');
}

export function signOutScreen(page: Page): SignOutScreen {
  demand(page, 'the question whether to sign out', isSignOut(page));
  return {
    text: page.text,
    yes: () => page.press('#logout-yes'),
    no: () => page.press('#logout-no'),
  };
}

/** What is left when nothing leads back to an application. */
export function isSignedOut(page: Page): boolean {
  return page.status === 200 && page.text.includes('You are signed out');
}
