import { HOUR, MINUTE, SECOND } from '#src/kernel/clock.ts';

/**
 * What a bucket is told apart by. `account` and `client` are what was typed, whether or not there is such a one;
 * `caller` is whoever a token has proven.
 */
export type KeyPart = 'account' | 'address' | 'client' | 'caller';

/** So many in any stretch of time of this length, for each key. */
export interface Policy {
  readonly name: string;
  readonly key: readonly KeyPart[];
  readonly limit: number;
  readonly window: number;
  /** What the wait after a violation doubles from: the first is twice as long (P44). */
  readonly base: number;
}

/** What one kind of request is held to: every policy of it at once. */
interface Limit {
  /** What becomes of a request while the store is away (F4): refused, or let through uncounted. */
  readonly away: 'closed' | 'open';
  readonly policies: readonly Policy[];
}

const QUARTER = 15 * MINUTE;
const ACCOUNT: readonly ['account'] = ['account'];
const ADDRESS: readonly ['address'] = ['address'];

/**
 * Every limit there is (R8). Whoever goes on guessing at one account from one address is kept out for as long as
 * the window, then twice as long. The waits of an account alone begin small: strangers can cause them.
 *
 * A client is counted at its address. Its name is no secret and is said before it is proved, so that a stranger
 * could use up a count of the name alone; and a public client is many people.
 */
export const LIMITS = {
  'sign-in': {
    away: 'closed',
    policies: [
      {
        name: 'sign-in',
        key: ['account', 'address'],
        limit: 5,
        window: QUARTER,
        base: QUARTER / 2,
      },
      { name: 'sign-in-address', key: ADDRESS, limit: 50, window: QUARTER, base: MINUTE },
      { name: 'sign-in-account', key: ACCOUNT, limit: 20, window: QUARTER, base: 15 * SECOND },
    ],
  },
  registration: {
    away: 'closed',
    policies: [{ name: 'registration', key: ADDRESS, limit: 3, window: HOUR, base: MINUTE }],
  },
  reset: {
    away: 'closed',
    policies: [
      { name: 'reset-account', key: ACCOUNT, limit: 3, window: HOUR, base: 15 * SECOND },
      { name: 'reset-address', key: ADDRESS, limit: 10, window: HOUR, base: MINUTE },
    ],
  },
  resend: {
    away: 'closed',
    policies: [
      { name: 'resend-account', key: ACCOUNT, limit: 3, window: HOUR, base: 15 * SECOND },
      { name: 'resend-address', key: ADDRESS, limit: 10, window: HOUR, base: MINUTE },
    ],
  },
  token: {
    away: 'closed',
    policies: [
      { name: 'token', key: ['client', 'address'], limit: 100, window: MINUTE, base: SECOND },
    ],
  },
  api: {
    away: 'closed',
    policies: [{ name: 'api', key: ['caller'], limit: 100, window: MINUTE, base: SECOND }],
  },
  'api-refused': {
    away: 'closed',
    policies: [{ name: 'api-refused', key: ADDRESS, limit: 100, window: MINUTE, base: SECOND }],
  },
  global: {
    away: 'open',
    policies: [{ name: 'global', key: ADDRESS, limit: 600, window: MINUTE, base: SECOND }],
  },
} as const satisfies Readonly<Record<string, Limit>>;

type Limits = typeof LIMITS;
export type LimitName = keyof Limits;
export type PolicyName = Limits[LimitName]['policies'][number]['name'];

/** What a limit must be told of a request, besides the address it came from. */
export type Said<Name extends LimitName> = {
  readonly [Part in Exclude<Limits[Name]['policies'][number]['key'][number], 'address'>]: string;
};

/** How many may pass, in place of what a policy says. */
export type Overrides = Partial<Readonly<Record<PolicyName, number>>>;

/** The limits with `overrides` in place. Throws a RangeError for a number that is no limit, in production or not. */
export function limitsWith(overrides: Overrides): Readonly<Record<LimitName, Limit>> {
  const entries = Object.entries(LIMITS).map(([name, { away, policies }]) => [
    name,
    {
      away,
      policies: policies.map((policy) => ({ ...policy, limit: limitOf(policy, overrides) })),
    },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<LimitName, Limit>>;
}

/** What a list of as many instants is still quick to read. */
const MOST = 10_000;

function limitOf(
  { name, limit }: { name: PolicyName; limit: number },
  overrides: Overrides,
): number {
  const given = overrides[name] ?? limit;
  if (!Number.isInteger(given) || given < 1 || given > MOST)
    throw new RangeError(`The limit of ${name} is a whole number from 1 to ${MOST}.`);
  return given;
}
