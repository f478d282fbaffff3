// @ts-check
/**
 * The rules of a new password, for the server and for browsers: one text, imported by the one and served to
 * the others as it is (R6.7, P39). It imports nothing, and uses nothing that only one of them has.
 *
 * What a browser cannot know is judged by the server alone: the common passwords, and the earlier ones.
 */

/** @typedef {'composition' | 'nist'} RuleSet Classes of characters, or length and blocklist alone (NIST SP 800-63B-4). */
/** @typedef {'too-short' | 'too-long' | 'no-upper' | 'no-lower' | 'no-digit' | 'no-symbol' | 'personal'} RuleFault */
/** @typedef {RuleFault | 'common' | 'reused'} PasswordFault */
/** @typedef {{ readonly email: string, readonly name: string }} Person */

/** The most characters a password may have (R6.1), counted after normalisation. */
export const MOST_CHARACTERS = 128;

/** Beyond any way to write that many characters; what is longer is not worth normalising. */
const LONGEST_WRITTEN = 1024;

/** @type {Readonly<Record<RuleSet, number>>} The fewest characters it must have (R6.1; SP 800-63B-4 §3.1.1.2). */
const FEWEST_CHARACTERS = { composition: 12, nist: 15 };

/**
 * What each class of characters looks like (R6.2). Letters without case, spaces, marks and controls are of
 * none, and speak neither for a password nor against it.
 *
 * @type {readonly (readonly [RuleFault, RegExp])[]}
 */
const CLASSES = [
  ['no-upper', /\p{Lu}/u],
  ['no-lower', /\p{Ll}/u],
  ['no-digit', /\p{Nd}/u],
  ['no-symbol', /[\p{P}\p{S}]/u],
];

/** Shorter parts of a name or an address are in too many words by chance. */
const SHORTEST_PART = 4;

/**
 * The fewest characters a password has under these rules.
 *
 * @param {RuleSet} rules
 * @returns {number}
 */
export function fewestCharacters(rules) {
  return FEWEST_CHARACTERS[rules];
}

/**
 * The one form a password is hashed in: NFKC, so that a letter and its accent are the same however a
 * keyboard sends them. Nothing else is changed: no trimming, no truncation.
 *
 * `undefined` when that leaves none, more than 128 characters, or a lone surrogate, which no keyboard
 * sends and every encoding turns into the same replacement.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
export function normalisePassword(text) {
  if (text.length > LONGEST_WRITTEN || !text.isWellFormed()) return undefined;
  const password = text.normalize('NFKC');
  const characters = [...password].length;
  return characters >= 1 && characters <= MOST_CHARACTERS ? password : undefined;
}

/**
 * Everything that speaks against a password as it was typed. One that cannot be a password at all is
 * `too-long`, and nothing else is said of it.
 *
 * @param {string} typed
 * @param {RuleSet} rules
 * @param {Person} person
 * @returns {RuleFault[]}
 */
export function faultsOf(typed, rules, person) {
  const password = typed === '' ? '' : normalisePassword(typed);
  if (password === undefined) return ['too-long'];
  /** @type {RuleFault[]} */
  const faults = [];
  if ([...password].length < FEWEST_CHARACTERS[rules]) faults.push('too-short');
  if (rules === 'composition') {
    for (const [fault, characters] of CLASSES) if (!characters.test(password)) faults.push(fault);
  }
  if (isPersonal(password, person)) faults.push('personal');
  return faults;
}

/**
 * Whether it holds the person's address, the part before its @, or a word of their name.
 *
 * @param {string} password
 * @param {Person} person
 */
function isPersonal(password, { email, name }) {
  const address = folded(email);
  const words = folded(name).split(/[^\p{L}\p{M}\p{N}]+/u);
  const parts = [address, address.slice(0, Math.max(0, address.lastIndexOf('@'))), ...words];
  const written = folded(password);
  return parts.some((part) => [...part].length >= SHORTEST_PART && written.includes(part));
}

/**
 * A form in which letters are the same whatever their case and however they were written.
 *
 * @param {string} text
 */
export function folded(text) {
  // Once more after lower-casing: J and a caron stay two characters, j and a caron become one.
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** @type {readonly (readonly [number, string])[]} The most bits each word is said of. */
const STRENGTHS = [
  [45, 'Weak'],
  [60, 'Fair'],
  [80, 'Good'],
  [Infinity, 'Strong'],
];

/** @type {readonly (readonly [RegExp, number])[]} How many characters somebody who guesses must try of each kind. */
const POOLS = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[ -/:-@[-`{-~]/, 33],
  [/[^ -~]/, 100],
];

/**
 * How hard a password is to guess, as a word and a level from 1 to 4: an estimate from its length, its kinds
 * of characters, and how much of it follows from what came before. No dictionary is asked, so it is a help
 * for whoever chooses, and no rule.
 *
 * @param {string} typed
 * @returns {{ level: number, word: string }}
 */
export function strengthOf(typed) {
  const characters = [...(normalisePassword(typed) ?? '')];
  const text = characters.join('');
  const pool = POOLS.reduce((sum, [kind, size]) => sum + (kind.test(text) ? size : 0), 0);
  const seen = new Set();
  let weight = 0;
  for (const [at, character] of characters.entries()) {
    const before = characters[at - 1] ?? '';
    weight += newsOf(before, character, seen.has(before + character));
    seen.add(before + character);
  }
  const bits = weight * Math.log2(Math.max(pool, 2));
  const at = STRENGTHS.findIndex(([most]) => bits < most);
  return { level: at + 1, word: STRENGTHS[at]?.[1] ?? '' };
}

/**
 * How much of a whole character one is, after the one before it: less in a sequence or a repetition, less in
 * the middle of a word.
 *
 * @param {string} before
 * @param {string} character
 * @param {boolean} isRepeated
 */
function newsOf(before, character, isRepeated) {
  if (before === '') return 1;
  const step = (character.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0);
  if (isRepeated) return 0.1;
  if (Math.abs(step) <= 1) return 0.25;
  return /^\p{L}\p{L}$/u.test(before + character) ? 0.5 : 1;
}
