import { expect, it } from 'vitest';
import { SERVER } from '#src/features/tenancy/index.ts';
import { Conflict, NotFound } from '#src/kernel/faults.ts';
import { deedOf } from './tenant-act.ts';
import { run as list, say as sayList } from './tenant-list.ts';

const asked: unknown[] = [];
const at = new Date('2030-01-31T12:00:00.000Z');
const tenant = (over: object) => ({
  ...{ id: 'flock-id', slug: 'flock', name: 'Flock', status: 'active', operator: false },
  ...{ isDefault: false, createdAt: at, deletesAt: null, ...over },
});

/** Rooms in which each act comes to what is told. */
function rooms(ending: unknown) {
  const act = (name: string) => async (scope: unknown, id: unknown) => {
    asked.push([name, scope, id]);
    return ending;
  };
  return {
    tenancy: { locate: async (slug: string) => (slug === 'flock' ? tenant({}) : undefined) },
    tenantDesk: {
      ...{ suspend: act('suspend'), resume: act('resume') },
      ...{ delete: act('delete'), restore: act('restore') },
    },
  } as unknown as Parameters<ReturnType<typeof deedOf>['run']>[0];
}

it.each([
  ['suspend', { status: 'suspended' }, /^Suspended flock: everybody is signed out/],
  ['resume', { status: 'active' }, /^Opened flock again\.$/],
  ['delete', { status: 'deleting', deletesAt: at }, /at 2030-01-31T12:00:00\.000Z; until then/],
  ['restore', { status: 'suspended' }, /^Restored flock: it is suspended\.$/],
] as const)('does %s, and says what came of it', async (act, over, words) => {
  asked.length = 0;
  const deed = deedOf(act);
  const done = await deed.run(rooms({ ok: true, value: tenant(over) }), { slug: 'flock' });
  expect(asked).toEqual([[act, SERVER, 'flock-id']]);
  expect(done).toEqual({
    ...{ slug: 'flock', status: over.status },
    deletes_at: act === 'delete' ? at.toISOString() : null,
  });
  expect(deed.say(done)).toMatch(words);
});

it.each([
  ['operator', Conflict, '"flock" is the operator’s own, which cannot be shut.'],
  ['wrong-state', Conflict, '"flock" is not in a state that allows that.'],
  ['too-late', Conflict, 'The time of grace of "flock" is over.'],
  ['unknown', NotFound, 'There is no tenant "flock".'],
])('says that it could not: %s', async (reason, fault, words) => {
  const running = deedOf('delete').run(rooms({ ok: false, reason }), { slug: 'flock' });
  await expect(running).rejects.toThrow(fault);
  await expect(running).rejects.toThrow(words);
});

it('knows no tenant that is none', async () => {
  const running = deedOf('suspend').run(rooms({}), { slug: 'wing' });
  await expect(running).rejects.toThrow(NotFound);
});

it('lists every tenant, page by page', async () => {
  const pages = [
    { items: [tenant({ operator: true })], next: 'flock' },
    { items: [tenant({ slug: 'wing', isDefault: true, status: 'deleting', deletesAt: at })] },
  ];
  const behind: unknown[] = [];
  const tenantDesk = {
    list: async (_: unknown, page: { after?: string }) => {
      behind.push(page.after);
      return pages[behind.length - 1];
    },
  } as unknown as Parameters<typeof list>[0]['tenantDesk'];
  const listed = await list({ tenantDesk });
  expect(behind).toEqual([undefined, 'flock']);
  expect(listed.tenants.map(({ slug }) => slug)).toEqual(['flock', 'wing']);
  expect(sayList(listed).split('\n')).toEqual([
    'flock                 active     Flock (the operator’s)',
    `wing                  deleting   Flock (the default one, removed at ${at.toISOString()})`,
  ]);
  expect(sayList({ tenants: [] })).toBe('There is no tenant yet.');
});
