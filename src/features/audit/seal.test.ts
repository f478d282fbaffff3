import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditKeys } from '#src/infra/crypto/audit-keys.ts';
import type { Entry } from './entry.ts';
import { type StoredEntry, sealAsFound, sealOf, sealOfStored, sorted } from './seal.ts';

const keys = createAuditKeys({ seal: Buffer.alloc(32, 1), sign: Buffer.alloc(32, 2) });
const ENTRY: Entry = {
  ...{ id: 'an-id', at: new Date('2030-01-01T12:00:00.123Z'), tenantId: undefined },
  ...{ actorKind: 'system', actorId: 'job', actorTenantId: undefined },
  ...{ action: 'user.updated', outcome: 'success', resourceType: 'user', resourceId: 'u-1' },
  ...{
    address: '192.0.2.1',
    userAgent: '',
    requestId: undefined,
    details: { b: 1, a: [{ d: 1, c: 2 }] },
  },
};
const STORED: StoredEntry = {
  ...ENTRY,
  ...{ at: '2030-01-01T12:00:00.123000Z', tenantId: null, actorTenantId: null, requestId: null },
  ...{
    actorId: 'job',
    resourceType: 'user',
    resourceId: 'u-1',
    address: '192.0.2.1',
    userAgent: '',
  },
  details: { a: [{ c: 2, d: 1 }], b: 1 },
};

describe('a seal', () => {
  it('is the same of an entry that is written and of one that was read', () => {
    expect(sealOfStored(keys, STORED)).toStrictEqual(sealOf(keys, ENTRY));
  });

  it('changes with whatever changes: nothing is no empty text, and a microsecond is one', () => {
    const changed: readonly StoredEntry[] = [
      ...Object.keys(STORED).map((name) => Object.assign({ ...STORED }, { [name]: 'other' })),
      { ...STORED, userAgent: null },
      { ...STORED, requestId: '' },
      { ...STORED, at: '2030-01-01T12:00:00.123001Z' },
      { ...STORED, details: { a: [{ c: 2, d: '1' }], b: 1 } },
    ];
    const seals = [STORED, ...changed].map((entry) => sealOfStored(keys, entry).toString('hex'));
    expect(new Set(seals).size).toBe(seals.length);
  });

  it('is not the one that a link makes for an entry without', () => {
    expect(sealAsFound(keys, STORED)).not.toStrictEqual(sealOfStored(keys, STORED));
  });
});

describe('sorted JSON', () => {
  it('is one text whatever order names came in, and nothing of it is lost', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(JSON.stringify(sorted(turned))).toBe(JSON.stringify(sorted(value)));
        expect(sorted(value)).toEqual(value);
      }),
    );
  });
});
