const LONGEST = 2000;

/** RFC 3986's characters, without the asterisk that people mean as a wildcard. Never space, control, backslash. */
const WRITTEN = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=%]+$/;

/** An absolute URI without a fragment or a wildcard, as browsers read it; or what is wrong with the text, for people. */
export function readUri(text: string): URL | string {
  if (text.length > LONGEST) return `Use at most ${LONGEST} characters.`;
  if (text.includes('*')) return 'Wildcards are not allowed: write out each address.';
  if (text.includes('#')) return 'A fragment is not allowed.';
  if (!WRITTEN.test(text)) return 'Only the characters of a URI are allowed: encode all others.';
  // The scheme must stand there as it will be read: lower-case, and followed by something.
  const url = /^[a-z][a-z0-9+.-]*:./.test(text) ? URL.parse(text) : undefined;
  return url ?? 'This is not an absolute URI.';
}
