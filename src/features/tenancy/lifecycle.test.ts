import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { after, GRACE, type Standing, type TenantAct } from './lifecycle.ts';

const NOON = new Date('2030-01-01T12:00:00.000Z');
const ACTS = ['suspend', 'resume', 'delete', 'restore'] as const;
const OPEN: Standing = { status: 'active', suspendedAt: null, deletesAt: null };
const own = { operator: false, updatedAt: NOON };

/** Act after act, each as late as it says; a refused one changes nothing. */
function live(acts: readonly (readonly [TenantAct, number])[]): Standing {
  let [standing, now] = [OPEN, NOON];
  for (const [act, wait] of acts) {
    now = later(now, wait);
    const ending = after({ ...own, ...standing }, act, now);
    if (ending.ok) standing = ending.value;
  }
  return standing;
}

describe('a tenant', () => {
  it('can be taken back until its grace is over, and not at its very end', () => {
    const deleting = live([['delete', 0]]);
    expect(deleting).toEqual({
      status: 'deleting',
      suspendedAt: null,
      deletesAt: later(NOON, 30 * DAY),
    });
    const restore = (at: Date) => after({ ...own, ...deleting }, 'restore', at);
    expect(restore(later(NOON, GRACE - 1))).toEqual({ ok: true, value: OPEN });
    expect(restore(later(NOON, GRACE))).toEqual({ ok: false, reason: 'too-late' });
  });

  it('is suspended again when it was before it was to be deleted', () => {
    const back = live([
      ['suspend', 0],
      ['delete', DAY],
      ['restore', DAY],
    ]);
    expect(back).toEqual({ status: 'suspended', suspendedAt: NOON, deletesAt: null });
  });

  it('that was suspended before anybody noted since when stays so', () => {
    const unnoted = { ...own, ...OPEN, status: 'suspended' } as const;
    expect(after(unnoted, 'delete', later(NOON, DAY))).toMatchObject({
      value: { status: 'deleting', suspendedAt: NOON },
    });
  });

  it.each(ACTS)('of the operator’s is not to %s', (act) => {
    for (const status of ['active', 'suspended', 'deleting'] as const) {
      const operator = { ...own, ...OPEN, status, operator: true };
      expect(after(operator, act, NOON)).toEqual({ ok: false, reason: 'operator' });
    }
  });

  it.each([
    ['suspended', 'suspend'],
    ['deleting', 'suspend'],
    ['active', 'resume'],
    ['deleting', 'resume'],
    ['deleting', 'delete'],
    ['active', 'restore'],
    ['suspended', 'restore'],
  ] as const)('that is %s is not to %s', (status, act) => {
    expect(after({ ...own, ...OPEN, status }, act, NOON)).toEqual({
      ok: false,
      reason: 'wrong-state',
    });
  });

  it('says what it is by its instants, whatever was done to it', () => {
    const lives = fc.array(fc.tuple(fc.constantFrom(...ACTS), fc.nat(40 * DAY)), { maxLength: 12 });
    fc.assert(
      fc.property(lives, (acts) => {
        const { status, suspendedAt, deletesAt } = live(acts);
        expect(status === 'deleting').toBe(deletesAt !== null);
        if (status !== 'deleting') expect(status === 'suspended').toBe(suspendedAt !== null);
      }),
    );
  });
});
