/** An error for programs (RFC 9457): the media type's own members, and ours. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** What a program may branch on. */
  readonly code: string;
  readonly requestId: string;
  /** What is wrong with which member of the request, each named by a JSON pointer (RFC 6901). */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Below `/api` every error is a problem, whatever the other end would rather see. */
export function isOfApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/');
}

/** The pointers of `fields`, whose names are paths with dots. */
export function pointErrors(
  fields: Readonly<Record<string, string>>,
): NonNullable<Problem['errors']> {
  return Object.entries(fields).map(([path, detail]) => ({ pointer: pointerTo(path), detail }));
}

function pointerTo(path: string): string {
  if (path === '') return '#';
  const steps = path.split('.').map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${steps.join('/')}`;
}
