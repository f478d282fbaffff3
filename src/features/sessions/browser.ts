import { BROWSER_MAP, getParser } from 'bowser';

/** What a browser calls itself, in words and without versions: `Firefox` on `Windows`. */
export interface Browser {
  readonly family: string;
  readonly platform: string;
}

/** The word for what can't be told; no browser has it for a name. */
export const UNKNOWN = 'Unknown';

/** So much of a User-Agent is read; what follows is no browser's name. */
export const LONGEST_READ = 256;

/**
 * Who a User-Agent says it is. Total over any text, bounded in work, and answers with words of a fixed list
 * only, so that nothing of a stranger's request is repeated; `Unknown` where it can't tell.
 *
 * What runs without a person, and what is another application's window, are families of their own: neither
 * holds the cookies of the browser it resembles.
 */
export function browserOf(userAgent = ''): Browser {
  const text = userAgent.slice(0, LONGEST_READ);
  if (text === '') return { family: UNKNOWN, platform: UNKNOWN };
  const parser = getParser(text, true);
  return {
    family: familyOf(text, parser.getBrowserName()),
    platform: platformOf(text, parser.getOSName()),
  };
}

function familyOf(text: string, name: string): string {
  const own = OWN_FAMILIES.find(([sign]) => sign.test(text));
  if (own) return own[1];
  if (!FAMILIES.has(name)) return UNKNOWN;
  return name === BROWSER_MAP['samsung_internet'] ? 'Samsung Internet' : name;
}

const OWN_FAMILIES: readonly (readonly [sign: RegExp, family: string])[] = [
  [/\bHeadlessChrome\//, 'Headless Chrome'],
  [/; wv\)/, 'WebView'],
  // Every browser there is on iOS ends in Safari's name; a window inside an application doesn't.
  [/^(?!.*\bSafari\/).*\((?:iPhone|iPad|iPod)/, 'WebView'],
];

/** Where a name is not of this list, it is the text's own first word. */
const FAMILIES: ReadonlySet<string> = new Set([
  ...Object.values(BROWSER_MAP),
  'Miui',
  'Opera Touch',
]);

/** Tablets have words of their own, as they go by another system's name at times. */
function platformOf(text: string, name: string): string {
  if (name === 'iOS' && !/\(iP(?:hone|od)/.test(text)) return 'iPadOS';
  if (name === 'Android' && !text.includes('Mobile')) return 'Android tablet';
  return name === '' ? UNKNOWN : name;
}

/**
 * Whether two may be one and the same. `Unknown` is a word like the others: a browser doesn't stop saying who
 * it is, so whoever leaves it out, or says it where nothing was said, is somebody else. Two that can't be told
 * apart are the same.
 */
export function isSameBrowser(one: Browser, other: Browser): boolean {
  if (one.family !== other.family) return false;
  return one.platform === other.platform || isOtherWidth(one.platform, other.platform);
}

/** Whether these are the two names that one tablet goes by: in a wide window it asks for what the desktop is shown. */
export function isOtherWidth(platform: string, other: string): boolean {
  return WIDE[platform] === other || WIDE[other] === platform;
}

const WIDE: Readonly<Record<string, string>> = { iPadOS: 'macOS', 'Android tablet': 'Linux' };
