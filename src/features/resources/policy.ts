import { API_RESOURCE, PERMISSIONS } from '#src/features/access/index.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { refuseFaults } from '#src/kernel/faults.ts';
import { isWritten, normaliseName } from '#src/kernel/text.ts';
import { readUri } from '#src/kernel/uri.ts';
import type { Resource, ResourceScope } from './resource.ts';

/** An API as somebody wants it registered. */
export interface ResourceDraft {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ResourceScope[];
}

/** Where a list goes on: behind this identifier, and among those of the same identifier behind this id. */
export interface Position {
  readonly identifier: string;
  readonly id: string;
}

/** Schemes that run what they hold: a token for one would be for nobody. */
const SCRIPTS: ReadonlySet<string> = new Set(['javascript:', 'data:', 'vbscript:', 'blob:']);

const MOST_SCOPES = 100;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Scopes that are the provider's own words (OpenID Connect Core §5.4, §11): no API may mean something else by them. */
const OPENID: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);

/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;

/** What is wrong with a resource indicator: an absolute URI without a fragment (RFC 8707 §2). */
export function resourceFault(text: string): string | undefined {
  const url = readUri(text);
  if (typeof url === 'string') return url;
  return SCRIPTS.has(url.protocol) ? 'This names no resource.' : undefined;
}

/** What is wrong with the name of a scope, if something is. */
export function scopeFault(scope: string): string | undefined {
  return SCOPE.test(scope)
    ? undefined
    : 'Not a scope: one word of visible ASCII, without " and \\.';
}

/** A draft as it is kept; throws `InvalidInput` with every fault by field. */
export function judgeResource(draft: ResourceDraft): ResourceDraft {
  const name = normaliseName(draft.name);
  const scopes = draft.scopes.map((scope) => ({ ...scope, about: normaliseName(scope.about) }));
  refuseFaults('The API is not valid.', {
    identifier:
      draft.identifier === API_RESOURCE
        ? 'This is Avian’s own name for itself.'
        : resourceFault(draft.identifier),
    name: name === '' || name.length > 200 ? 'Use 1 to 200 characters.' : undefined,
    ...scopesFaults(scopes, draft.scopes),
  });
  return { identifier: draft.identifier, name, scopes };
}

function scopesFaults(scopes: readonly ResourceScope[], written: readonly ResourceScope[]) {
  const faults: Record<string, string | undefined> = {};
  const names = scopes.map(({ name }) => name);
  if (names.length > MOST_SCOPES) faults['scopes'] = `At most ${MOST_SCOPES}, please.`;
  if (new Set(names).size < names.length) faults['scopes'] = 'Name each scope once.';
  for (const [at, { name, about }] of scopes.entries()) {
    faults[`scopes.${at}.name`] = OPENID.has(name)
      ? 'This word is OpenID Connect’s own.'
      : scopeFault(name);
    if (about.length > 200 || !isWritten(written[at]?.about ?? ''))
      faults[`scopes.${at}.about`] = 'Use up to 200 characters.';
  }
  return faults;
}

/** Avian’s own API: its scopes are the permissions there are (R25). */
export const BUILT_IN: Resource = {
  id: API_RESOURCE,
  identifier: API_RESOURCE,
  name: 'Avian’s management API',
  scopes: Object.entries(PERMISSIONS).map(([name, { about }]) => ({ name, about })),
  createdAt: fromEpochMilliseconds(0),
  updatedAt: fromEpochMilliseconds(0),
};

/** Puts the built-in one in its place among those that follow a position, by identifier. */
export function withBuiltIn(
  found: readonly Resource[],
  after: Position | undefined,
): readonly Resource[] {
  if (after !== undefined && after.identifier >= BUILT_IN.identifier) return found;
  const at = found.findIndex(({ identifier }) => identifier > BUILT_IN.identifier);
  return at === -1 ? [...found, BUILT_IN] : found.toSpliced(at, 0, BUILT_IN);
}

/** Where a list goes on behind this one. */
export function positionOf({ identifier, id }: Resource): Position {
  return { identifier, id: identifier === API_RESOURCE ? NIL : id };
}
