import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#src/kernel/faults.ts';
import { judgeUser, type Particulars } from './policy.ts';

const ada: Particulars = { email: 'Ada@X.test', name: 'Ada', role: 'user' };

function faultsOf(draft: Particulars): Readonly<Record<string, string>> {
  try {
    judgeUser(draft);
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields;
    throw error;
  }
}

describe('judgeUser', () => {
  it('keeps the address and the name in their one form', () => {
    expect(judgeUser({ ...ada, name: ' Ada\u202e  L. ' })).toStrictEqual({
      email: 'ada@x.test',
      name: 'Ada L.',
      role: 'user',
    });
  });

  it('names every fault at once', () => {
    expect(Object.keys(faultsOf({ email: 'ada', name: '', role: 'root' }))).toStrictEqual([
      'email',
      'name',
      'role',
    ]);
  });

  it.each(['root', '', 'constructor', 'User', 'super_admin '])('knows no role %j', (role) => {
    expect(Object.keys(faultsOf({ ...ada, role }))).toStrictEqual(['role']);
  });

  it('makes super_admins in the operator’s own tenant alone', () => {
    expect(Object.keys(faultsOf({ ...ada, role: 'super_admin' }))).toStrictEqual(['role']);
    expect(faultsOf({ ...ada, role: 'super_admin', operator: true })).toStrictEqual({});
  });
});
