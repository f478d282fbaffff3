import { basic, type HttpClient } from './http-client.ts';
import type { Pair } from './peers.ts';

/** What one of two processes answered. */
export interface Answer {
  /** Which of the two: 0 or 1. */
  readonly by: number;
  /** When it had arrived, in milliseconds. */
  readonly at: number;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type Form = Readonly<Record<string, string>>;

/** One application, with as many hands as are wanted. */
export interface Crowd {
  /** Posts a form to one process, as the application. */
  post(path: string, form: Form, to: number): Promise<Answer>;
  /** The same form at once from every hand to the token endpoint, alternating between the processes. */
  rush(form: Form, first: number): Promise<readonly Answer[]>;
}

export function createCrowd({ target, addresses }: Pair, client: HttpClient, size: number): Crowd {
  const headers = { authorization: basic(target.web), host: new URL(target.issuer).host };

  async function post(path: string, form: Form, to: number): Promise<Answer> {
    const by = to % addresses.length;
    const url = new URL(path, addresses[by]);
    const { status, body } = await client.call({ method: 'POST', url, headers, form });
    return { by, at: performance.now(), status, body: JSON.parse(body) as Answer['body'] };
  }

  return {
    post,
    rush: (form, first) =>
      Promise.all(Array.from({ length: size }, (_, hand) => post('/token', form, first + hand))),
  };
}

/** How many answers were alike, such as `0: 200 ×1, 0: 400 invalid_grant ×9`. */
export function tally(answers: readonly Answer[]): string {
  const kinds = Map.groupBy(answers, ({ by, status, body }) =>
    [`${by}: ${status}`, body['error'], body['error_description']].filter(Boolean).join(' '),
  );
  return [...kinds].map(([kind, alike]) => `${kind} ×${alike.length}`).join(', ');
}

export function isGranted({ status }: Answer): boolean {
  return status === 200;
}

export function isRefused({ status, body }: Answer): boolean {
  return status === 400 && body['error'] === 'invalid_grant';
}
