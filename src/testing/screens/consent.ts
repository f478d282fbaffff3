import type { Page } from '../visitor.ts';
import { demand } from './demand.ts';

export interface ConsentScreen {
  /** All that the page says: who asks, and for what. */
  readonly text: string;
  allow(): Promise<Page>;
  deny(): Promise<Page>;
  /** "Not you?" */
  switchUser(): Promise<Page>;
}

export function isConsent(page: Page): boolean {
  return page.has('#consent-allow') && page.has('#consent-deny');
}

export function consentScreen(page: Page): ConsentScreen {
  demand(page, 'the consent page', isConsent(page));
  return {
    text: page.text,
    allow: () => page.press('#consent-allow'),
    deny: () => page.press('#consent-deny'),
    switchUser: () => page.press('button[form=switch]'),
  };
}
