import { unreachable } from '#src/kernel/outcome.ts';
import type { Unasked } from './asking.ts';
import type { Mailed, Unmade } from './links.ts';

export interface Note {
  readonly title: string;
  readonly advice: string;
}

/** What a page says of a link that does nothing. */
export interface Words extends Note {
  readonly kind: Mailed['kind'];
}

/** What is wrong with what was typed, and what to do. */
export function noteFor(reason: Unasked): Note {
  switch (reason) {
    case 'no-address':
      return { title: 'That isn’t an email address.', advice: 'Check it for a typing mistake.' };
    case 'same-address':
      return { title: 'That is your address already.', advice: 'Type the new one.' };
    case 'wrong-password':
      return {
        title: 'That password isn’t right.',
        advice: 'Check it and try again. After five wrong tries, there is a pause of 30 minutes.',
      };
    default:
      return unreachable(reason);
  }
}

const LIFE = { confirm: '24 hours', undo: '72 hours' } as const;

/** What became of an account is nobody's business who has nothing but a link. */
export function wordsFor(kind: Mailed['kind'], reason: Unmade): Words {
  switch (reason) {
    case 'link-expired':
      return { kind, title: 'This link has expired', advice: `Links work for ${LIFE[kind]}.` };
    case 'link-used':
      return { kind, title: 'This link was already used', advice: 'Each link works once.' };
    case 'address-taken':
      return {
        kind,
        title: 'This address can’t be used',
        advice: 'Another account has it. Nothing has changed.',
      };
    case 'link-unknown':
    case 'link-overtaken':
    case 'account-closed':
      return {
        kind,
        title: 'This link doesn’t work any more',
        advice: 'Only the newest link works, once, in the browser it was opened in.',
      };
    default:
      return unreachable(reason);
  }
}
