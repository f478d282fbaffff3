import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDigest } from '#src/infra/crypto/digest.ts';
import { createIds } from '#src/infra/crypto/ids.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { createTestClock } from '#src/testing/clock.ts';
import { property } from '#src/testing/property.ts';
import { anOutbox, ISSUER, ORIGIN, secretsOf } from '../bench.ts';
import type { Issued } from '../policy.ts';
import { createVerification } from '../service.ts';

const TENANT = tenantId('01890000-0000-7000-8000-00000000000a');
const ids = createIds();

/** The service, with what it stored and mailed. */
function aRoom() {
  const clock = createTestClock();
  const outbox = anOutbox(clock);
  const kept: Issued[] = [];
  const verification = createVerification({
    store: { put: async (_, issued) => void kept.push(issued) },
    outbox,
    audit: { record: async () => undefined },
    waits: { begin: async () => '' },
    digest: createDigest(Buffer.alloc(32, 3)),
    issuer: ISSUER,
    clock,
    ids,
  });
  return { verification, outbox, kept };
}

property(54, 'Verification Token Uniqueness', () => {
  it('gives no two mails one token, be they to one person or to many', async () => {
    const tokens = new Set<string>();
    const digests = new Set<string>();
    let mails = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
        async (people, each) => {
          const { verification, outbox, kept } = aRoom();
          for (let person = 0; person < people; person += 1) {
            const claimant = {
              id: userId(ids.uuid()),
              tenantId: TENANT,
              email: `u${person}@x.test`,
              name: 'Ada',
            };
            for (let mail = 0; mail < each; mail += 1)
              await verification.issue({} as Unit, claimant, { origin: ORIGIN });
          }
          mails += people * each;
          for (const mail of outbox.mails) tokens.add(secretsOf(mail).token);
          for (const { tokenDigest } of kept) digests.add(tokenDigest);
          expect([tokens.size, digests.size]).toEqual([mails, mails]);
        },
      ),
      { numRuns: 100 },
    );
    // Each is 256 bits, written so that nothing of it is lost in a link.
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });
});
