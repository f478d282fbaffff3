import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aRegistrationBench, type RegistrationBench } from '#src/features/registration/bench.ts';
import { mark } from '#src/infra/postgres/bench.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import { property } from '#src/testing/property.ts';

let room: RegistrationBench;
beforeAll(async () => {
  room = await aRegistrationBench();
});
afterAll(() => room[Symbol.asyncDispose]());

/** An address as people type it: any case, width and surrounding space. */
const anAddress = fc
  .record({
    local: fc.stringMatching(/^[a-zA-Z0-9.+_-]{1,20}$/),
    domain: fc.stringMatching(/^[a-zA-Z0-9]{1,10}\.(test|example|中文)$/),
    around: fc.constantFrom('', ' ', '\t'),
    isWide: fc.boolean(),
  })
  .map(({ local, domain, around, isWide }) => {
    const address = `${local}.${mark()}@${domain}`;
    return `${around}${isWide ? address.replace('@', '＠') : address}${around}`;
  });

const aName = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    'Ada',
    '<b>Ada</b>',
    'Ada\r\nBcc: eve@evil.test',
    'Ada, eve@evil.test',
    'evil.test',
  ),
);

property(53, 'Verification Email on Registration', () => {
  it('sends exactly one mail for every account made, to the address given and no other', async () => {
    const tenant = await room.aTenant();
    await fc.assert(
      fc.asyncProperty(anAddress, aName, async (typed, name) => {
        const address = normaliseEmail(typed);
        fc.pre(address !== undefined);
        const before = room.outbox.mails.length;
        const ending = await room.register(tenant, { email: typed, name });
        const mails = room.outbox.mails.slice(before);
        // A name of which nothing can be seen is refused, and then nothing is sent.
        if (!ending.ok) {
          expect(mails).toEqual([]);
          return;
        }
        expect(mails.map(({ to, topic }) => ({ to, topic }))).toEqual([
          { to: address, topic: 'verification/confirm' },
        ]);
        expect(ending.value.user).toMatchObject({ email: address });
        const link = await room.links.peek(room.newest(address).token);
        expect(link).toMatchObject({ standing: 'fresh', issued: { email: address } });
      }),
      { numRuns: 60 },
    );
  });
});
