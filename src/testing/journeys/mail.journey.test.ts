import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#src/kernel/clock.ts';
import { type RunningAvian, startAvian } from '../avian.ts';
import { createWorld } from '../instance.ts';
import { type Conduct, type MailServer, startMailServer } from '../mail-server.ts';
import { createVisitor } from '../visitor.ts';

let server: MailServer;
let avian: RunningAvian;
beforeAll(async () => {
  server = await startMailServer();
  avian = await startAvian({
    config: { mail: { url: server.url, from: 'no-reply@avian.example' } },
  });
});
afterAll(async () => {
  await avian[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Asks for a reset, and answers with what somebody sees of it. */
async function forget(email: string) {
  const page = await createVisitor({ now: () => avian.clock.now().getTime() }).open(
    `${avian.url}/recovery`,
  );
  const sent = await page.enter({ email }).press('#recovery-submit');
  return { status: sent.status, path: sent.url.pathname, text: sent.text };
}

const mailsTo = (email: string) => server.mails.filter(({ to }) => to.includes(email));

/** A round of deliveries, as the timetable has them. */
const deliver = () => avian.avian.core.rooms.outbox.deliver();

describe('where the mail server', () => {
  it.each<[string, Conduct]>([
    ['hangs up before it has the mail', { does: 'drops-before-data' }],
    ['puts the recipient off', { does: 'refuses', at: 'recipient', code: 450 }],
    ['puts the sender off', { does: 'refuses', at: 'sender', code: 451 }],
    ['puts the mail off', { does: 'refuses', at: 'data', code: 452 }],
  ])(
    '%s, people are told the same, and get their mail once when it is back',
    async (_, conduct) => {
      const person = await createWorld(avian.rooms).aUser();
      const usual = await forget(`who.${person.email}`);
      server.behave(conduct);
      expect(await forget(person.email)).toEqual(usual);
      await deliver();
      expect(mailsTo(person.email)).toEqual([]);

      server.behave({ does: 'accepts' });
      for (const pause of [MINUTE, MINUTE, MINUTE]) {
        avian.clock.pass(pause);
        await deliver();
      }
      const [mail, ...more] = mailsTo(person.email);
      expect(more).toEqual([]);
      expect(mail?.parsed.text).toContain(`${avian.issuer}/recovery/`);
      expect(mail?.parsed.html).toContain(`${avian.issuer}/recovery/`);
    },
  );

  it('takes nothing for an hour, an act is done all the same, and its mail waits', async () => {
    const person = await createWorld(avian.rooms).aUser();
    server.behave({ does: 'refuses', at: 'sender', code: 451 });
    await forget(person.email);
    for (let round = 0; round < 3; round += 1) {
      await deliver();
      avian.clock.pass(MINUTE);
    }
    // What other tests left waits beside it.
    const waiting = await avian.rooms.outbox.list({ state: 'waiting', limit: 100 });
    const theirs = waiting.filter(({ tenantId }) => tenantId === person.tenantId);
    expect(theirs).toMatchObject([{ topic: 'recovery/reset', attempts: 3 }]);
    expect(JSON.stringify(waiting)).not.toContain(person.email);
    // A link that has expired is not worth sending.
    avian.clock.pass(HOUR);
    server.behave({ does: 'accepts' });
    await deliver();
    expect(mailsTo(person.email)).toEqual([]);
  });
});
