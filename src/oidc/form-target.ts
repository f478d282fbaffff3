/**
 * What a page's `form-action` must name for a form on it to end at `uri`: its origin, or the scheme of
 * a native application's address. Chromium holds the whole redirect chain to that directive (F9).
 */
export function formTargetOf(uri: string): string {
  const { protocol, origin } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol;
}
