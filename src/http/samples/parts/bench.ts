import type { PageOptions, ShowPage, View } from '../../page.ts';

type Show = (page: ShowPage, ctx: Parameters<ShowPage>[0]) => void;

/** A page with everything that it may be told, or with as little as it must. */
export interface Sample {
  readonly view: string;
  readonly show: Show;
}

export const FORMS: PageOptions = { csrf: 'sample', formAction: 'https://flock.example.com' };
export const MISTAKEN: PageOptions = { ...FORMS, status: 422 };
export const NOTE = {
  title: 'That email and password don’t match.',
  advice: 'Check both and try again.',
};

export function sample<Model extends object>(
  view: View<Model>,
  model: NoInfer<Model>,
  options: PageOptions = {},
): Sample {
  return { view: view.name, show: (page, ctx) => page(ctx, view, model, options) };
}
