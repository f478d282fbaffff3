const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** What a page or a mail prints for a value: text that can neither open a tag nor leave a quoted attribute. */
export function escapeHtml(value: unknown): string {
  return printed(value).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/** The same where nothing needs escaping, in plain text. */
export function printed(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
