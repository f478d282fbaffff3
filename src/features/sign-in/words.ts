import type { Interaction } from './interactions.ts';

/** One thing an application asks for: what a person reads, and the scope it stands for. */
export interface Ask {
  readonly words: string;
  readonly scope: string;
}

/** What it asks for at a resource of its own or another's. */
export interface ResourceAsk {
  readonly host: string;
  readonly scopes: readonly string[];
}

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your name',
  email: 'See your email address',
  offline_access: 'Keep its access while you are away',
  tenant: 'See your organisation and your role in it',
};

const CLAIM_WORDS: Readonly<Record<string, string>> = {
  name: 'See your name',
  updated_at: 'See when your account last changed',
  email: 'See your email address',
  email_verified: 'See whether your email address is confirmed',
  tenant_id: 'See your organisation',
  roles: 'See your role',
};

/** Scopes and single claims in words, each thing said once; what has no words is shown as it is named. */
export function asksOf({ scopes, claims }: Interaction['asked']): readonly Ask[] {
  const asks = new Map<string, Ask>();
  const add = (scope: string, words = scope) => {
    if (!asks.has(words)) asks.set(words, { words, scope });
  };
  for (const scope of scopes) add(scope, wordsIn(SCOPE_WORDS, scope));
  for (const claim of claims) add(claim, wordsIn(CLAIM_WORDS, claim));
  return [...asks.values()];
}

/** Resources, each under the host a person may know it by. */
export function resourceAsksOf({ resources }: Interaction['asked']): readonly ResourceAsk[] {
  return Object.entries(resources)
    .filter(([, scopes]) => scopes.length > 0)
    .map(([resource, scopes]) => ({ host: URL.parse(resource)?.host || resource, scopes }));
}

function wordsIn(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
