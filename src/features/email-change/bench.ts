import type { Subject } from '#src/features/lockout/index.ts';
import type { MailDraft } from '#src/features/outbox/index.ts';
import { createUserStore, newUser } from '#src/features/users/index.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { type Bench, inTenant, mark } from '#src/infra/postgres/bench.ts';
import { userId } from '#src/kernel/ids.ts';
import { aPassword, createStage, ISSUER, type Person } from '../recovery/bench.ts';
import { createEmailChange, type EmailChangeDeps } from './service.ts';
import { createEmailChangeStore } from './store.pg.ts';

export const PASSWORD = aPassword('old');

/** Changes of address on a real database, with the rooms they move; the lock is a double that keeps what it is told. */
export function createChangeStage(bench: Bench, over: Partial<EmailChangeDeps> = {}) {
  const stage = createStage(bench);
  const { deps: rooms, post, origin, recovery, passwords } = stage;
  const users = createUserStore();
  const tried: Subject[] = [];
  const told: string[] = [];
  const deps: EmailChangeDeps = {
    ...rooms,
    users,
    recovery,
    passwords,
    store: createEmailChangeStore(),
    door: {
      async try(subject, stored, password) {
        tried.push(subject);
        const attempt = { door: 'open', isLast: false, key: 'key' } as const;
        return { attempt, check: await passwords.check(stored, password) };
      },
    },
    lockout: {
      right: async () => void told.push('right'),
      wrong: async () => void told.push('wrong'),
    },
    ...over,
  };
  const emailChange = createEmailChange(deps);

  function ask(person: Pick<Person, 'id' | 'tenantId'>, newEmail: string, password = PASSWORD) {
    return emailChange.ask({ person, newEmail, password, device: 'device', origin });
  }

  /** Asks, and answers with the token in the mail to the new address. */
  async function asked(person: Person, newEmail: string): Promise<string> {
    await ask(person, newEmail);
    return linkIn(post.mails.findLast(({ topic }) => topic === 'email-change/confirm')).token;
  }

  /** Asks and confirms, and answers with the token in the mail to the old address. */
  async function changed(person: Person, newEmail: string): Promise<string> {
    const ending = await emailChange.confirm(await asked(person, newEmail), origin);
    if (!ending.ok) throw new Error(`Not changed: ${ending.reason}.`);
    return linkIn(post.mails.findLast(({ topic }) => topic === 'email-change/changed')).token;
  }

  return {
    ...stage,
    ...{ deps, emailChange, tried, told, ask, asked, changed },
    aPerson: (tenant?: Person['tenantId']) => stage.aPerson(PASSWORD, tenant),

    confirm: (token: string) => emailChange.confirm(token, origin),
    undo: (token: string) => emailChange.undo(token, origin),

    async emailOf({ id, tenantId }: Person): Promise<string | undefined> {
      const user = await bench.units.run(inTenant(tenantId), (unit) => users.find(unit, id));
      return user?.email;
    },

    /** Somebody who registered an address and has not proven it. */
    async aStranger(tenantId: Person['tenantId'], email: string) {
      const id = userId(createIds().uuid());
      const draft = { email, tenantId, name: 'Eve', role: 'user', verified: false } as const;
      const stranger = newUser({ ...draft, selfRegistered: true }, id, stage.clock.now());
      await bench.units.run(inTenant(tenantId), (unit) => users.insert(unit, stranger));
      return stranger;
    },
  };
}

/** An address that no other test has. */
export function anEmail(name = 'new'): string {
  return `${name}.${mark()}@example.com`;
}

/** The link in a mail; empty where there is none. */
export function linkIn(mail: MailDraft | undefined): { path: string; token: string } {
  const href = mail?.model['href'];
  const [, path = '', token = ''] =
    typeof href === 'string' && href.startsWith(`${ISSUER}/`)
      ? (/^(.*)\/([\w-]{43})$/.exec(href.slice(ISSUER.length)) ?? [])
      : [];
  return { path, token };
}
