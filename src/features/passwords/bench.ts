import fc from 'fast-check';
import type { MailDraft } from '#src/features/outbox/index.ts';
import { createTenantStore } from '#src/features/tenancy/index.ts';
import { createUserStore, type User } from '#src/features/users/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import type { Bench } from '#src/infra/postgres/bench.ts';
import { tenantId, type UserId, userId } from '#src/kernel/ids.ts';
import type { Scope } from '#src/kernel/scope.ts';
import type { Unit, Units } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import type { PasswordHasher } from './hasher.ts';
import type { PasswordOwner, StoredPassword } from './passwords.ts';
import { createPasswords, type PasswordsDeps } from './service.ts';
import { createPasswordStore } from './store.pg.ts';
import type { PasswordStore, PastHash } from './store.ts';

export const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
export const ADA = {
  id: userId('01890000-0000-7000-8000-000000000001'),
  tenantId: TENANT,
  email: 'ada.lovelace@example.com',
  name: 'Ada King-Lovelace',
} as const satisfies PasswordOwner;

/** Fit by every rule there is, and unlike that of any other number. */
export const aPassword = (number: number | string = 0) => `Correct-Horse-9-${number}`;

/** A hasher that notes what it was asked, at no cost: its hash of `p` is `#p`, and another system's `~p`. */
export function notingHasher() {
  const asked: string[] = [];
  const note = <T>(what: string, answer: T) => {
    asked.push(what);
    return answer;
  };
  const hasher: PasswordHasher = {
    hash: async (password) => note('hash', `#${password}`),
    verify: async (phc, password) => note(phc, phc === `#${password}`),
    verifyImported: async (hash, password) => note(`${hash} ${password}`, hash === `~${password}`),
    verifyNothing: async () => note('nothing', false),
    isOutdated: (phc) => phc.endsWith('!'),
  };
  return { asked, hasher };
}

/** One user's passwords in memory, as the store promises to keep them. */
function createMemory(): PasswordStore & { readonly history: PastHash[] } {
  let current: StoredPassword | undefined;
  const history: PastHash[] = [];
  return {
    history,
    find: async () => current,
    async insert(_, __, password) {
      if (current) return false;
      current = password;
      return true;
    },
    async replace(_, __, { from, to }) {
      if (current?.hash !== from) return false;
      history.unshift({ hash: current.hash, imported: current.imported });
      history.length = Math.min(history.length, 4);
      current = to;
      return true;
    },
    async renew(_, __, { from, to }) {
      if (current?.hash !== from) return false;
      current = { ...current, hash: to, imported: false };
      return true;
    },
    past: async () => (current ? [current, ...history] : []),
    async expire() {
      if (current) current = { ...current, expiresAt: current.changedAt };
      return current !== undefined;
    },
    reschedule: async () => undefined,
    expiring: async () => [],
    claimWarning: async () => false,
  };
}

/** Opens no transaction, and says how many units are open. */
function createNoUnits() {
  let open = 0;
  async function run<T>(scope: Scope, work: (unit: Unit) => Promise<T>): Promise<T> {
    open += 1;
    try {
      return await work({ scope } as Unit);
    } finally {
      open -= 1;
    }
  }
  const units: Units = { run, once: run };
  return { units, openUnits: () => open };
}

export interface Settings extends Partial<PasswordsDeps> {
  readonly rules?: 'composition' | 'nist';
  readonly days?: number | null;
}

/** The room for one user of one tenant, in memory. */
export function createRoom({ rules = 'composition', days = 90, ...over }: Settings = {}) {
  const clock = createTestClock();
  const { asked, hasher } = notingHasher();
  const { units, openUnits } = createNoUnits();
  const store = createMemory();
  const mails: MailDraft[] = [];
  const passwords = createPasswords({
    ...{ units, clock, store, hasher, ids: createIds() },
    common: { has: (password) => password === 'correct horse battery staple' },
    tenants: { find: async () => ({ passwordRules: rules, passwordDays: days }) },
    users: { find: async () => ({ ...ADA, status: 'active' }) as User },
    outbox: { mail: async (_, draft) => mails.push(draft) > 0 },
    ...over,
  });
  const inTenant = <T>(work: (unit: Unit) => Promise<T>) =>
    units.run({ kind: 'tenant', tenantId: TENANT, actor: 'visitor' }, work);

  return {
    ...{ passwords, clock, asked, store, mails, inTenant, openUnits },
    /** What speaks against it; where nothing does, it is the user's from then on. */
    async choose(password: string, owner: PasswordOwner = ADA): Promise<readonly string[]> {
      const judged = await passwords.prepare(password, owner);
      if (!judged.ok) return judged.faults;
      const put = await inTenant((unit) => passwords.put(unit, ADA.id, judged.value));
      if (!put) throw new Error('It was changed meanwhile.');
      return [];
    },
    read: (of: UserId = ADA.id) => inTenant((unit) => passwords.read(unit, of)),
  };
}

/** The room on a real database, for one user of one tenant, at a time that stands still. */
export async function createWiredRoom(
  { units, ...rows }: Bench,
  over: Partial<PasswordsDeps> = {},
) {
  const clock = createTestClock();
  const mails: MailDraft[] = [];
  const passwords = createPasswords({
    ...{ units, clock, ids: createIds() },
    hasher: notingHasher().hasher,
    store: createPasswordStore(),
    common: { has: () => false },
    tenants: createTenantStore(),
    users: createUserStore(),
    outbox: { mail: async (_, draft) => mails.push(draft) > 0 },
    ...over,
  });
  const tenantId = await rows.aTenant();
  const { id, email } = await rows.aUser(tenantId);
  const owner: PasswordOwner = { id, tenantId, email, name: 'Ada' };
  const inTenant = <T>(work: (unit: Unit) => Promise<T>) =>
    units.run({ kind: 'tenant', tenantId, actor: 'visitor' }, work);

  return {
    ...{ passwords, clock, mails, owner, id, tenantId, inTenant },
    async choose(password: string): Promise<readonly string[]> {
      const judged = await passwords.prepare(password, owner);
      if (!judged.ok) return judged.faults;
      const put = await inTenant((unit) => passwords.put(unit, id, judged.value));
      return put ? [] : ['changed meanwhile'];
    },
    read: () => inTenant((unit) => passwords.read(unit, id)),
  };
}

const UPPER = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÅÉΩЖ𝔸'];
const LOWER = [...'abcdefghijklmnopqrstuvwxyzäöåéωж𝕒'];
const DIGITS = [...'0123456789٣७'];
const SYMBOLS = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~§€«😀'];
const NEUTRAL = [...' \t\u00a0\u3000漢字あא\u0301\u200d\0'];

/** One character of each class of R6.2, and of none. */
export const CLASSES = {
  upper: fc.constantFrom(...UPPER),
  lower: fc.constantFrom(...LOWER),
  digit: fc.constantFrom(...DIGITS),
  symbol: fc.constantFrom(...SYMBOLS),
  neutral: fc.constantFrom(...NEUTRAL),
} as const;

export type ClassName = keyof typeof CLASSES;

/** Text of characters of these classes. */
export function textOf(
  classes: readonly ClassName[],
  length: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<string> {
  const character = fc.oneof(...classes.map((name) => CLASSES[name]));
  return fc.array(character, { ...length, size: 'max' }).map((characters) => characters.join(''));
}

/** Somebody, as their password's rules see them. */
export const person: fc.Arbitrary<{ readonly email: string; readonly name: string }> = fc.record({
  email: fc.constantFrom('ada@x.test', 'ada.lovelace@example.com', 'ЖУК.ß@пример.рф', 'o@o'),
  name: fc.constantFrom('Ada Lovelace', 'Ada', 'Günther Øre-Łoś', '漢字かな', 'DŽEMAL ﬁnn', ''),
});

/** Whatever could be sent for a password, the likely and the unlikely. */
export const typed: fc.Arbitrary<string> = fc.oneof(
  textOf(['upper', 'lower', 'digit', 'symbol', 'neutral'], { minLength: 0, maxLength: 40 }),
  textOf(['upper', 'lower', 'digit', 'symbol'], { minLength: 10, maxLength: 18 }),
  textOf(['lower', 'neutral'], { minLength: 10, maxLength: 18 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 100, maxLength: 300, size: 'max' }),
  fc
    .tuple(
      fc.constantFrom('Correct-9-', '', 'xX7!'),
      fc.constantFrom(
        'LoveLace',
        'ADA@x.test',
        'günther',
        'Гу',
        'ada.lovelace',
        'dǆemal',
        '漢字かな',
      ),
      fc.constantFrom('Horse-9-Battery', '', '\u0301', '!7'),
    )
    .map((parts) => parts.join('')),
);
