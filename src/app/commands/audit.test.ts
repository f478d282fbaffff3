import { describe, expect, it } from 'vitest';
import type { Verification } from '#src/features/audit/index.ts';
import type { Tenancy } from '#src/features/tenancy/index.ts';
import * as key from './audit-key.ts';
import * as retain from './audit-retain.ts';
import * as verify from './audit-verify.ts';

const TENANT = '01890000-0000-7000-8000-00000000000a';
const HEAD = `avian-audit-head.v1.${TENANT}.7.1893499200000.${'h'.repeat(43)}.${'s'.repeat(86)}`;
const WHOLE: Verification = {
  ...{ chains: 2, verified: 7, unsealed: 0, pending: 0, retired: 0 },
  ...{ findings: [], wrong: 0 },
};
const TAMPERED: Verification = {
  ...WHOLE,
  wrong: 3,
  findings: [
    {
      ...{ tenantId: TENANT, entryId: 'e-1', at: '2030-01-01T12:00:00.000000Z', position: 4 },
      ...{ wrong: 'changed', words: 'it is not what was written' },
    },
    { tenantId: TENANT, wrong: 'forged-head', words: 'it is not signed by this server' },
  ],
};

/** Parts that note what they were asked. */
function noting(found = WHOLE) {
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const locate = async (slug: string) => (slug === 'flock' ? { id: TENANT } : undefined);
  return {
    ...{ asked, told },
    chains: {
      async verify(options: unknown) {
        asked.push(options);
        return found;
      },
    },
    audit: { recordAlone: async (event: object) => void told.push(event) },
    tenancy: { locate } as unknown as Tenancy,
  };
}

const progress = () => undefined;

describe('audit verify', () => {
  it('goes along all chains, or the one of a tenant', async () => {
    const parts = noting();
    await verify.run(parts, { heads: [], progress });
    await verify.run(parts, { tenant: 'flock', heads: [], progress });
    expect(parts.asked).toStrictEqual([
      { heads: [], progress },
      { tenantId: TENANT, heads: [], progress },
    ]);
    await expect(verify.run(parts, { tenant: 'none', heads: [], progress })).rejects.toThrow(
      'There is no tenant "none".',
    );
  });

  it('takes heads out of whatever stands around them, and refuses a text without one', async () => {
    const parts = noting();
    const line = `{"level":30,"position":7,"head":"${HEAD}","msg":"audit head"}`;
    await verify.run(parts, { heads: [`${line}\n${line}`, HEAD], progress });
    const head = {
      ...{ tenantId: TENANT, position: 7, signedAt: new Date('2030-01-01T12:00:00.000Z') },
      hash: Buffer.from('h'.repeat(43), 'base64url'),
      signature: Buffer.from('s'.repeat(86), 'base64url'),
    };
    expect(parts.asked).toStrictEqual([{ heads: [head, head, head], progress }]);
    for (const text of ['', HEAD.slice(0, -1), `${HEAD}A`]) {
      await expect(verify.run(parts, { heads: [text], progress })).rejects.toThrow('no head');
    }
  });

  it('is an entry itself, by what it came to', async () => {
    const [whole, tampered] = [noting(), noting(TAMPERED)];
    await verify.run(whole, { heads: [], progress });
    await verify.run(tampered, { heads: [], progress });
    expect([...whole.told, ...tampered.told]).toMatchObject([
      { action: 'audit.verified', outcome: 'success', details: { verified: 7 } },
      { action: 'audit.verified', outcome: 'tampered', details: { wrong: 3 } },
    ]);
  });

  it('has failed where anything is wrong, and names it', () => {
    expect([verify.failed(WHOLE), verify.failed(TAMPERED)]).toStrictEqual([false, true]);
    expect(verify.say(TAMPERED).split('\n')).toStrictEqual([
      'The audit log was tampered with: 7 entries in 2 chains.',
      `  changed: entry e-1, of 2030-01-01T12:00:00.000000Z, tenant ${TENANT}, position 4: it is not what was written`,
      `  forged-head: tenant ${TENANT}: it is not signed by this server`,
      '… and 1 more.',
    ]);
    expect(verify.say({ ...WHOLE, retired: 3, unsealed: 2, pending: 1 })).toBe(
      'The audit log is whole: 7 entries in 2 chains, 3 retired, 2 from before there were seals, 1 not yet linked.',
    );
  });
});

describe('audit retain', () => {
  const due = async () => ({ ok: true, value: ['2024-01-01', '2024-02-01'] }) as const;
  const retire = async () => ({ ok: true, value: { month: '2024-01-01', entries: 9 } }) as const;

  it('removes the oldest month', async () => {
    const done = await retain.run({ chains: { due, retire } }, {});
    expect(done).toMatchObject({ retired: '2024-01-01', entries: 9 });
    expect(retain.say(done)).toBe('Removed 2024-01, 9 entries.');
  });

  it('removes nothing when it is only to say what it would', async () => {
    const never = () => Promise.reject(new Error('removed'));
    const told = await retain.run({ chains: { due, retire: never } }, { dryRun: true });
    expect(retain.say(told)).toBe('Old enough to go, a month a day: 2024-01, 2024-02.');
    expect(retain.say({ due: [], retired: null, entries: 0 })).toBe('Nothing is old enough to go.');
  });

  it('fails where a clock is wrong', async () => {
    const refused = async () => ({ ok: false, reason: 'clock-ahead-of-log' }) as const;
    await expect(retain.run({ chains: { due: refused, retire } }, {})).rejects.toThrow(
      'Nothing was removed. The clock is more than a month ahead',
    );
  });
});

describe('audit key', () => {
  it('shows the public half', () => {
    const publicKey = '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n';
    expect(key.say(key.run({ chains: { publicKey } }))).toBe(publicKey.trimEnd());
  });
});
