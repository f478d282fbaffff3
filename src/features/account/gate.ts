import type { Context } from 'koa';
import { hop } from '#src/http/hop.ts';
import { type ShowPage, view } from '#src/http/page.ts';

/** Where a person came from: the sign-in that can go on, or the application itself. */
export interface Application {
  readonly name: string;
  readonly href: string;
}

export const SignInFirstPage = view<{ purpose: string; application?: Application }>(
  'account/sign-in-first',
);

interface GateDeps<Person> {
  /** Whoever is signed in at this browser. */
  readonly signedIn: { find(ctx: Context): Promise<Person | undefined> };
  readonly page: ShowPage;
  readonly wayBack: { onward(ctx: Context): Promise<Application | undefined> };
}

/**
 * Lets whoever is signed in act, and shows anybody else where to sign in `purpose`, such as "to see
 * where". Strict cookies stay away when a link on another site or in a mail leads here, so such a visit
 * looks once more from here.
 */
export function onlySignedIn<Person>(
  { signedIn, page, wayBack }: GateDeps<Person>,
  purpose: string,
) {
  return (act: (ctx: Context, person: Person) => unknown) =>
    async (ctx: Context): Promise<void> => {
      const person = await signedIn.find(ctx);
      if (person) return void (await act(ctx, person));
      if (isFromElsewhere(ctx)) return hop(page, ctx, `${ctx.path}?${HOPPED}`);
      const application = await wayBack.onward(ctx);
      page(ctx, SignInFirstPage, { purpose, ...(application && { application }) }, { status: 401 });
    };
}

/** Says that the second look was had, whatever a browser makes of it. */
const HOPPED = '_b=1';

function isFromElsewhere(ctx: Context): boolean {
  const isLink = ctx.method === 'GET' && ctx.get('Sec-Fetch-Site') === 'cross-site';
  return isLink && ctx.querystring !== HOPPED;
}
