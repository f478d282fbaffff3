import { describe, expect, it } from 'vitest';
import { receiptOf } from './receipt.ts';

const failure = (members: object) => Object.assign(new Error('x'), members);

describe('the receipt of a failure', () => {
  it.each([
    ['EENVELOPE', 'RCPT TO', 550, true],
    ['EENVELOPE', 'RCPT TO', 450, false],
    ['EENVELOPE', 'DATA', 554, true],
    ['EMESSAGE', 'DATA', 552, true],
    ['EMESSAGE', 'DATA', 503, false],
    ['EENVELOPE', 'MAIL FROM', 550, false],
    ['EENVELOPE', 'RCPT TO', 530, false],
    ['EAUTH', 'AUTH PLAIN', 535, false],
    ['EPROTOCOL', 'CONN', 554, false],
    ['ECONNECTION', 'CONN', 554, false],
  ])('of %s at %s with %i is permanent: %s', (code, command, responseCode, permanent) => {
    const response = `${responseCode} no`;
    expect(receiptOf(failure({ code, command, responseCode, response }))).toMatchObject({
      ok: false,
      permanent,
    });
  });

  it.each([
    ['an address', '550 <ada@x.test> is unknown', '550 … is unknown'],
    ['a link', '550 see https://x.test/?who=ada', '550 see …'],
    ['line breaks and orders to a terminal', '550-a\r\n550 b\u001b[2J', '550-a 550 b [2J'],
  ])('keeps %s out of its reason', (_, response, rest) => {
    const { reason } = reasonOf({ code: 'EENVELOPE', response });
    expect(reason).toBe(`the mail server refused the address: ${rest}`);
  });

  it('is short, however much the server says', () => {
    const { reason } = reasonOf({ code: 'EMESSAGE', response: `550 ${'no '.repeat(100_000)}` });
    expect(reason.length).toBeLessThan(250);
  });

  it('repeats nothing of what a refused login was told', () => {
    const told = { code: 'EAUTH', responseCode: 535, response: '535 bad password hunter2' };
    expect(reasonOf(told).reason).toBe('the mail server refused the login: 535');
  });

  it('is not given for what is a fault of ours', () => {
    const fault = new TypeError('x is not a function');
    expect(() => receiptOf(fault)).toThrow(fault);
  });
});

function reasonOf(members: object): { readonly reason: string } {
  const receipt = receiptOf(failure(members));
  if (receipt.ok) throw new Error('It was taken.');
  return receipt;
}
