import { MOST_CHARACTERS, type PasswordFault } from './rules.js';

const WORDS: Readonly<Record<PasswordFault, string>> = {
  'too-short': 'Use more characters. A short sentence works well.',
  'too-long': `Use ${MOST_CHARACTERS} characters at most, all of them ones that a keyboard can type.`,
  'no-upper': 'Add an upper-case letter.',
  'no-lower': 'Add a lower-case letter.',
  'no-digit': 'Add a digit.',
  'no-symbol': 'Add a symbol, such as ! or -.',
  personal: 'Leave out your name and your email address.',
  common: 'This password is on lists attackers try first.',
  reused: 'You’ve used this password before. Pick one you haven’t used in your last 5.',
};

/** What a person is told to do about it. */
export function wordsOf(fault: PasswordFault): string {
  return WORDS[fault];
}
