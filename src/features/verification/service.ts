import type { Audit } from '#src/features/audit/index.ts';
import type { Outbox } from '#src/features/outbox/index.ts';
import { type Clock, later } from '#src/kernel/clock.ts';
import type { Ids, UserId } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { drawCode } from './code.ts';
import { verificationRequested } from './events.ts';
import { confirmMail, shareOf } from './mail.ts';
import { type Issued, LIFETIME } from './policy.ts';
import type { VerificationStore } from './store.ts';
import type { Verification } from './verification.ts';
import type { Waits } from './waits.ts';

export interface VerificationDeps {
  readonly store: Pick<VerificationStore, 'put'>;
  readonly outbox: Pick<Outbox, 'mail' | 'mayMail'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly waits: Pick<Waits, 'begin'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'secret'>;
  readonly digest: Digest;
  /** Where links lead: the configured origin, and never what a request calls this server (D19). */
  readonly issuer: string;
}

export function createVerification(deps: VerificationDeps): Verification {
  const { store, outbox, audit, waits, clock, ids, digest, issuer } = deps;

  return {
    async issue(unit, { id, tenantId, email }, circumstances) {
      const { clientId } = circumstances;
      const token = ids.secret();
      const code = drawCode(ids);
      const now = clock.now();
      const issued: Issued = {
        userId: id,
        tenantId,
        email,
        tokenDigest: tokenDigestOf(digest, token),
        codeDigest: codeDigestOf(digest, id, code),
        ...(clientId !== undefined && { clientId }),
        createdAt: now,
        expiresAt: later(now, LIFETIME),
      };
      // The mail first: where it is refused, what was mailed before must stay good.
      const link = `${issuer}/verify/${token}`;
      const isMailed = await outbox.mail(unit, confirmMail(issued, { link, code }));
      if (isMailed) await store.put(unit, issued);
      const outcome = isMailed ? 'success' : 'mail-limit';
      await audit.record(unit, verificationRequested({ id, tenantId }, outcome, circumstances));
      return isMailed;
    },

    mayIssue: (unit, email) => outbox.mayMail(unit, shareOf(email)),

    begin: (wait) => waits.begin(wait),
  };
}

/** What is kept of a link's token. */
export function tokenDigestOf(digest: Digest, token: string): string {
  return digest.of('verification-link', token);
}

/** What is kept of a code: bound to its user, since a million others draw from the same codes. */
export function codeDigestOf(digest: Digest, id: UserId, code: string): string {
  return digest.of('verification-code', JSON.stringify([id, code]));
}
